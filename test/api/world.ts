/** One provider, two tenants, and the API over in-memory ports. Every service-side string is in `SERVICE_SIDE`. */
import { sha256, within } from '../../adapters/system.ts';
import { noCounters } from '../../core/contracts/orders.ts';
import { PlanFields } from '../../core/contracts/plans.ts';
import type { AccessNode } from '../../core/domain/access-node.ts';
import { CredentialsRejected } from '../../core/domain/errors.ts';
import type { ServiceHypervisor, TenantHypervisor } from '../../core/domain/hypervisor.ts';
import type { Invitation } from '../../core/domain/invitation.ts';
import type { Job, JobInstance, JobRequest } from '../../core/domain/job.ts';
import type { LibraryRun } from '../../core/domain/library-run.ts';
import type { Plan } from '../../core/domain/plan.ts';
import type { RecoveryPoint } from '../../core/domain/recovery-point.ts';
import type { VmGroup } from '../../core/domain/vm-group.ts';
import type { ExecutionPath, Executions, Queues, Schedules, Secrets } from '../../core/ports/control.ts';
import type { CredentialCheck } from '../../core/ports/credential-check.ts';
import type { LibraryBuckets } from '../../core/ports/service-account.ts';
import { createKeepAnchor } from '../../core/steps/audit/keep-anchor.ts';
import type { GatewayEvent } from '../../functions/api/gateway-event.ts';
import { createOperatorApi } from '../../functions/api/operator-api.ts';
import { createTenantApi } from '../../functions/api/tenant-api.ts';
import { tenantTemplates } from '../../functions/wiring/tenant-templates.ts';
import { createAccountFakes } from './account-fakes.ts';
import { createInMemoryAudit } from './in-memory-audit.ts';
import { createInMemoryCatalog } from './in-memory-catalog.ts';
import { createInMemoryHealth } from './in-memory-health.ts';

export const PROVIDER = '999999999999';
export const ACME = '111111111111';
export const BOLT = '222222222222';
export const START = Date.UTC(2026, 0, 1);
export const RECOVERY_KEY = 'hfpub1-3DMNNCB-P9KVRFV-6X6DXYZ-ZDBG30A-2Z9KZ26-DERMNQG-9C7TQF2-MXWWK0V';

/** An account that was invited, and has no hypervisor yet. */
export const INVITED = '333333333333';

const invitation = (accountId: string, externalId: string): Invitation => ({
  accountId,
  name: 'shop',
  region: 'eu-central-1',
  externalId,
  invitedAt: START,
});

const uuid = (n: number): string => `0199aaaa-0000-7000-8000-${String(n).padStart(12, '0')}`;

export const service: ServiceHypervisor = {
  kind: 'service',
  hypervisorId: `hv-${uuid(900)}`,
  name: 'vault',
  accountId: PROVIDER,
  region: 'eu-central-1',
  auth: { method: 'assume-role', roleArn: `arn:aws:iam::${PROVIDER}:role/service-reach`, externalId: 'ext-service' },
  createdAt: START,
  accessNodes: 'manual',
  state: 'ready',
  mediaAgent: {
    libraryId: 'lib-0199aaaa-vault',
    library: { kind: 's3', bucket: 'vault-bucket', prefix: 'vault-prefix', region: 'eu-central-1' },
    kmsKeyArn: `arn:aws:kms:eu-central-1:${PROVIDER}:key/vault-key`,
    recoveryPublicKey: RECOVERY_KEY,
    roleArn: `arn:aws:iam::${PROVIDER}:role/vault-role`,
    maintenanceRoleArn: `arn:aws:iam::${PROVIDER}:role/vault-maintenance`,
  },
  queues: {
    restores: `https://sqs.eu-central-1.amazonaws.com/${PROVIDER}/vault-restores`,
    work: `https://sqs.eu-central-1.amazonaws.com/${PROVIDER}/vault-work`,
  },
};

/** What no answer to a tenant may hold. */
export const SERVICE_SIDE = [
  PROVIDER,
  service.hypervisorId,
  'vault',
  'service-reach',
  'node-',
  'sqs',
  'execution',
  'ext-service',
];

export const tenant = (n: number, accountId: string, bound = true): TenantHypervisor => ({
  kind: 'tenant',
  hypervisorId: `hv-${uuid(n)}`,
  name: `tenant ${n}`,
  accountId,
  region: 'eu-central-1',
  auth: { method: 'assume-role', roleArn: `arn:aws:iam::${accountId}:role/holdfast`, externalId: `external-${n}` },
  createdAt: START + n,
  ...(bound ? { binding: { serviceId: service.hypervisorId, boundAt: START + n } } : {}),
});
export const acme = tenant(1, ACME);
export const bolt = tenant(2, BOLT);

export const job = (n: number, owner: TenantHypervisor, change: Partial<Job> = {}): Job => ({
  jobId: `job-${uuid(n)}`,
  tenantId: owner.hypervisorId,
  type: 'backup',
  state: 'running',
  attempt: 1,
  request: {
    type: 'backup',
    instanceIds: ['i-0123456789abcdef0'],
    groupIds: [],
    level: 'incremental',
    consistency: { kind: 'crash' },
    queueDeadlineSeconds: 3_600,
    purpose: 'restore',
    transport: 'ebs-direct',
    streams: 10,
  },
  trigger: 'api',
  requestedBy: `arn:aws:sts::${PROVIDER}:assumed-role/operators/eve`,
  createdAt: START,
  executionArn: `arn:aws:states:eu-central-1:${PROVIDER}:execution:holdfast-backup:job-${uuid(n)}-1`,
  ...change,
});

export const libraryRun = (n: number, owner: TenantHypervisor, change: Partial<LibraryRun> = {}): LibraryRun => ({
  runId: `run-${uuid(n)}`,
  tenantId: owner.hypervisorId,
  serviceId: service.hypervisorId,
  task: 'check',
  depth: 'sample',
  planOnly: false,
  acceptDamage: false,
  queueDeadlineSeconds: 3_600,
  state: 'running',
  pass: 1,
  trigger: 'api',
  requestedBy: `arn:aws:sts::${PROVIDER}:assumed-role/operators/eve`,
  createdAt: START + n,
  ...change,
});

export const restoreOf = (recoveryPointId: string): JobRequest => ({
  type: 'restore',
  recoveryPointId,
  target: { kind: 'new-instance' },
  volumeTags: 'leave-out',
  asked: { from: 'nearest' },
  queueDeadlineSeconds: 60,
  purpose: 'restore',
  transport: 'ebs-direct',
  streams: 10,
});

export const plan = (n: number, owner: TenantHypervisor, change: Partial<Plan> = {}): Plan => ({
  ...PlanFields.parse({ name: `plan ${n}`, schedule: { expression: 'cron(0 2 * * ? *)' } }),
  planId: `plan-${uuid(n)}`,
  hypervisorId: owner.hypervisorId,
  createdAt: START,
  updatedAt: START,
  ...change,
});

export const group = (n: number, owner: TenantHypervisor, change: Partial<VmGroup> = {}): VmGroup => ({
  name: `group ${n}`,
  match: { all: true },
  exclude: { volumes: [] },
  groupId: `vmg-${uuid(n)}`,
  hypervisorId: owner.hypervisorId,
  createdAt: START,
  updatedAt: START,
  ...change,
});

export const accessNode = (n: number): AccessNode => ({
  nodeId: `node-${uuid(n)}`,
  serviceId: service.hypervisorId,
  name: `node ${n}`,
  origin: 'manual',
  draining: false,
  addedAt: START,
});

export const jobInstance = (of: Job, change: Partial<JobInstance> = {}): JobInstance => ({
  jobId: of.jobId,
  tenantId: of.tenantId,
  instanceId: 'i-0123456789abcdef0',
  phase: 'transferring',
  phaseSince: START,
  counters: noCounters,
  ...change,
});

export const point = (n: number, owner: TenantHypervisor, change: Partial<RecoveryPoint> = {}): RecoveryPoint => ({
  recoveryPointId: `rp-${uuid(n)}`,
  tenantId: owner.hypervisorId,
  instanceId: 'i-0123456789abcdef0',
  kind: 'streaming',
  state: 'available',
  jobId: `job-${uuid(n)}`,
  attempt: 1,
  takenAt: START + n,
  requestedBy: `arn:aws:sts::${PROVIDER}:assumed-role/operators/eve`,
  instance: {
    instanceId: 'i-0123456789abcdef0',
    name: 'shop',
    instanceType: 'm7i.large',
    architecture: 'x86_64',
    enaSupport: true,
    platform: 'Linux/UNIX',
    virtualizationType: 'hvm',
    rootDeviceName: '/dev/xvda',
    availabilityZone: 'eu-central-1a',
    securityGroupIds: [],
    imageId: 'ami-0123456789abcdef0',
    tags: {},
  },
  volumes: [
    {
      volumeId: 'vol-0123456789abcdef0',
      device: '/dev/xvda',
      sizeBytes: 8 * 2 ** 30,
      level: 'full',
      levelReason: `the parent is in the library of ${service.hypervisorId}`,
      snapshotId: 'snap-0123456789abcdef0',
      dataBlocks: 2_048,
      zeroBlocks: 100,
      pageDataBlocks: [2_048],
      tags: {},
      volumeType: 'gp3',
      encrypted: true,
      kmsKeyId: `arn:aws:kms:eu-central-1:${owner.accountId}:key/own`,
      deleteOnTermination: true,
    },
  ],
  verification: { at: new Date(START + 1_000).toISOString(), blocks: 4, depth: 'sample' },
  serviceId: service.hypervisorId,
  ...change,
});

/** Whose credentials an auth is: of the account in the role's ARN; access keys are in a table. */
export const KEYS: Readonly<Record<string, { accountId: string; secret: string; sessions?: false }>> = {
  AKIAACMEACMEACMEACME: { accountId: ACME, secret: 'acme-secret-canary-0000000000000000' },
  AKIAACMEACMEACMENEXT: { accountId: ACME, secret: 'acme-secret-canary-1111111111111111' },
  AKIAACMEACMEACMEWEAK: { accountId: ACME, secret: 'acme-secret-canary-2222222222222222', sessions: false },
  // of events/api-rotate-key.json
  AKIA0000000000SAMPLE: { accountId: ACME, secret: 'sample/secret/access/key/0000000000000000' },
  AKIABOLTBOLTBOLTBOLT: { accountId: BOLT, secret: 'bolt-secret-canary-0000000000000000' },
};

export const createWorld = () => {
  const { catalog, records } = createInMemoryCatalog();
  for (const each of [service, acme, bolt]) records.hypervisors.set(each.hypervisorId, each);
  for (const invited of [invitation(ACME, 'external-1'), invitation(BOLT, 'external-2'), invitation(INVITED, 'ext-1')])
    records.invitations.set(invited.accountId, invited);
  let now = START;
  let ids = 5_000;
  const auditing = createInMemoryAudit({ now: () => now });
  const schedules = new Map<string, Parameters<Schedules['put']>[0]>();
  const paths = new Map<string, ExecutionPath>();
  const account = createAccountFakes();
  const calls: { started: unknown[]; stopped: unknown[]; queues: string[]; reported: unknown[] } = {
    started: [],
    stopped: [],
    queues: [],
    reported: [],
  };
  const secretStore = new Map<string, string>();

  const executions: Executions = {
    async start(machine, name, input) {
      calls.started.push({ machine, name, input });
      return {
        outcome: 'started',
        executionArn: `arn:aws:states:eu-central-1:${PROVIDER}:execution:${machine}:${name}`,
      };
    },
    status: async () => 'RUNNING',
    state: async () => ({ status: 'RUNNING' }),
    async stop(machine, name, error) {
      calls.stopped.push({ machine, name, error });
    },
    path: async (_, name) => paths.get(name),
  };
  const secrets: Secrets = {
    async create(name, value) {
      const arn = `arn:aws:secretsmanager:eu-central-1:${PROVIDER}:secret:${name}`;
      secretStore.set(arn, value);
      return arn;
    },
    async replace(arn, value) {
      if (!secretStore.has(arn)) throw new Error(`there is no secret ${arn}`);
      secretStore.set(arn, value);
    },
    async delete(secret) {
      for (const arn of secretStore.keys()) if (arn === secret || arn.endsWith(`:${secret}`)) secretStore.delete(arn);
    },
  };
  const queues: Queues = {
    find: async () => undefined,
    async ensure(name) {
      calls.queues.push(name);
      return `https://sqs.eu-central-1.amazonaws.com/${PROVIDER}/${name}`;
    },
    remove: async () => {},
  };
  const credentials: CredentialCheck = {
    async checkSessions({ accessKeyId }) {
      if (KEYS[accessKeyId]?.sessions === false) throw new CredentialsRejected('sts:GetFederationToken is denied');
    },
    async identify(auth) {
      if (auth.method === 'iam-role') return { accountId: PROVIDER, arn: `arn:aws:iam::${PROVIDER}:role/hub` };
      if (auth.method === 'assume-role') {
        if (auth.roleArn.endsWith('/closed')) throw new CredentialsRejected('the role cannot be assumed');
        return { accountId: auth.roleArn.split(':')[4] ?? '', arn: auth.roleArn };
      }
      const key = KEYS[auth.accessKeyId];
      if (key?.secret !== auth.secretAccessKey) throw new CredentialsRejected('the access key is not valid');
      return { accountId: key.accountId, arn: `arn:aws:iam::${key.accountId}:user/holdfast` };
    },
  };

  const kept = createInMemoryHealth(records);
  const deps = {
    catalog,
    health: kept.health,
    executions,
    secrets,
    queues,
    credentials,
    schedules: {
      put: async (schedule) => {
        schedules.set(schedule.name, schedule);
      },
      remove: async (name) => {
        schedules.delete(name);
      },
    } satisfies Schedules,
    scheduleList: { names: async () => [...schedules.keys()].map((name) => ({ name, createdAt: 0 })) },
    uploads: { list: async () => [], abort: async () => {} },
    reaperGraceMs: 4 * 3_600_000,
    scopes: account.scopes,
    sweepScopes: account.scopes,
    serviceAccounts: account.serviceAccounts,
    nodeRoles: account.nodeRoles,
    brokerNames: account.brokerNames,
    libraryBuckets: {
      objectLock: async (bucket) => (bucket === 'plain-bucket' ? 'none' : 'enabled'),
    } satisfies LibraryBuckets,
    permissions: account.permissions,
    audit: auditing.audit,
    auditEntries: auditing.entries,
    auditAnchors: auditing.anchors,
    keepAnchor: createKeepAnchor({ ...auditing, sha256 }),
    sha256,
    freshExternalId: () => (++ids).toString(16).padStart(32, '0'),
    tenantTemplates,
    clock: { now: () => now },
    within,
    ids: { uuid: () => uuid(++ids) },
    reportError: (error: unknown) => calls.reported.push(error),
    settings: {
      stage: 'test',
      controlPlaneAccountId: PROVIDER,
      libraryBucket: 'default-bucket',
      libraryRegion: 'eu-central-1',
      kmsKeyArn: `arn:aws:kms:eu-central-1:${PROVIDER}:key/default`,
      libraryRoleArn: `arn:aws:iam::${PROVIDER}:role/library`,
      libraryMaintenanceRoleArn: `arn:aws:iam::${PROVIDER}:role/library-maintenance`,
      region: 'eu-central-1',
      brokerFunctionArn: `arn:aws:lambda:eu-central-1:${PROVIDER}:function:holdfast-test-broker`,
      nodeImageId: 'ami-0123456789abcdef0',
      hubRoleArn: `arn:aws:iam::${PROVIDER}:role/holdfast-test-hub`,
      brokerRoleArn: `arn:aws:iam::${PROVIDER}:role/holdfast-test-broker`,
    },
  };
  return {
    deps,
    records,
    calls,
    schedules,
    paths,
    /** What is in the tenants' accounts: one for all of them here. */
    account,
    secretStore,
    auditing,
    advance: (ms: number) => {
      now += ms;
    },
    tenantApi: createTenantApi(deps),
    operatorApi: createOperatorApi(deps),
  };
};
export type World = ReturnType<typeof createWorld>;

export const event = (
  accountId: string | null,
  method: string,
  path: string,
  more: { body?: unknown; rawBody?: string; query?: Record<string, string>; key?: string } = {},
): GatewayEvent => ({
  httpMethod: method,
  path,
  ...(more.key === undefined ? {} : { headers: { 'idempotency-key': more.key } }),
  queryStringParameters: more.query ?? null,
  body: more.rawBody ?? (more.body === undefined ? null : JSON.stringify(more.body)),
  requestContext: {
    requestId: 'request-1',
    identity: {
      accountId,
      userArn: accountId && `arn:aws:iam::${accountId}:user/someone`,
      sourceIp: '192.0.2.10',
      userAgent: 'holdfast',
    },
  },
});

export interface Answer {
  readonly status: number;
  readonly type: string | undefined;
  /** After so many seconds it may be tried again. */
  readonly retryAfter?: string | undefined;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  readonly body: any;
}

/** Calls as one account; operators' paths go to the operators' handler. */
export const callAs =
  (world: World, accountId: string | null) =>
  async (method: string, path: string, more: Parameters<typeof event>[3] = {}): Promise<Answer> => {
    const api = path.startsWith('/operator') ? world.operatorApi : world.tenantApi;
    const response = await api(event(accountId, method, path, more));
    return {
      status: response.statusCode,
      type: response.headers['content-type'],
      retryAfter: response.headers['retry-after'],
      text: response.body,
      body: JSON.parse(response.body),
    };
  };
