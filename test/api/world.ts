/** The API over in-memory ports, for one provider and two tenants. */
import { sha256, within } from '../../adapters/system.ts';
import { CredentialsRejected } from '../../core/domain/errors.ts';
import type { ExecutionPath, Executions, Queues, Schedules, Secrets } from '../../core/ports/control.ts';
import type { CredentialCheck } from '../../core/ports/credential-check.ts';
import type { LibraryBuckets } from '../../core/ports/service-account.ts';
import { createKeepAnchor } from '../../core/steps/audit/keep-anchor.ts';
import { createOperatorApi } from '../../functions/api/operator-api.ts';
import { createTenantApi } from '../../functions/api/tenant-api.ts';
import { tenantTemplates } from '../../functions/wiring/tenant-templates.ts';
import { createAccountFakes } from './account-fakes.ts';
import { createInMemoryAudit } from './in-memory-audit.ts';
import { createInMemoryCatalog } from './in-memory-catalog.ts';
import { createInMemoryHealth } from './in-memory-health.ts';
import { ACME, acme, BOLT, bolt, INVITED, invitation, KEYS, PROVIDER, START, service, uuid } from './world-records.ts';

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
