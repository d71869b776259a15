/** One provider, two tenants and what they have, as records. Every service-side string is in `SERVICE_SIDE`. */
import { noCounters } from '../../core/contracts/orders.ts';
import { PlanFields } from '../../core/contracts/plans.ts';
import type { AccessNode } from '../../core/domain/access-node.ts';
import type { ServiceHypervisor, TenantHypervisor } from '../../core/domain/hypervisor.ts';
import type { Invitation } from '../../core/domain/invitation.ts';
import type { Job, JobInstance, JobRequest } from '../../core/domain/job.ts';
import type { LibraryRun } from '../../core/domain/library-run.ts';
import type { Plan } from '../../core/domain/plan.ts';
import type { RecoveryPoint } from '../../core/domain/recovery-point.ts';
import type { VmGroup } from '../../core/domain/vm-group.ts';

export const PROVIDER = '999999999999';

export const ACME = '111111111111';

export const BOLT = '222222222222';

export const START = Date.UTC(2026, 0, 1);

export const RECOVERY_KEY = 'hfpub1-3DMNNCB-P9KVRFV-6X6DXYZ-ZDBG30A-2Z9KZ26-DERMNQG-9C7TQF2-MXWWK0V';

/** An account that was invited, and has no hypervisor yet. */
export const INVITED = '333333333333';

export const invitation = (accountId: string, externalId: string): Invitation => ({
  accountId,
  name: 'shop',
  region: 'eu-central-1',
  externalId,
  invitedAt: START,
});

export const uuid = (n: number): string => `0199aaaa-0000-7000-8000-${String(n).padStart(12, '0')}`;

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
