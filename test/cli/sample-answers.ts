/** One valid answer for each route, as an operator gets it where the views differ. */
import { sha256 } from '../../adapters/system.ts';
import type {
  AccessNodeView,
  HypervisorView,
  InstanceView,
  JobPath,
  JobView,
  PermissionsReport,
  RecoveryPointView,
  RestorePreview,
  RetentionPlanView,
} from '../../core/contracts/api.ts';
import type { ApprovalView, TenantApprovalView } from '../../core/contracts/approvals.ts';
import type { InvitationView } from '../../core/contracts/invitations.ts';
import type { LibraryRunView } from '../../core/contracts/library-runs.ts';
import { noCounters } from '../../core/contracts/orders.ts';
import type { PlanView } from '../../core/contracts/plans.ts';
import type { QuarantineView } from '../../core/contracts/quarantine.ts';
import type { VmGroupPreview, VmGroupView } from '../../core/contracts/vm-groups.ts';
import { nextEntry } from '../../core/domain/audit-chain.ts';

const uuid = (n: number): string => `0199aaaa-0000-7000-8000-${String(n).padStart(12, '0')}`;
export const TENANT = `hv-${uuid(1)}`;
export const SERVICE = `hv-${uuid(900)}`;
export const JOB = `job-${uuid(1)}`;
export const POINT = `rp-${uuid(1)}`;
export const GROUP = `vmg-${uuid(1)}`;
export const PLAN = `plan-${uuid(1)}`;
export const NODE = `node-${uuid(1)}`;
export const RUN = `run-${uuid(1)}`;
export const APPROVAL = `apr-${uuid(1)}`;
export const ORDER = `ord-${uuid(1)}`;
export const INSTANCE = 'i-0123456789abcdef0';
const AT = '2026-01-01T00:00:00.000Z';

export const quarantined: QuarantineView = {
  kind: 'order',
  id: ORDER,
  at: AT,
  tenantId: TENANT,
  serviceId: SERVICE,
  jobId: JOB,
  attempt: 1,
  instanceId: INSTANCE,
  work: 'read-segment',
  snapshotIds: ['snap-0123456789abcdef0'],
  deaths: [{ nodeId: NODE, claim: 1, lastHeardAt: AT }],
  documentKey: `${JOB}/1/orders/${ORDER}.json`,
  error: { name: 'OrderQuarantined', message: `1 access nodes were lost while they worked on it: ${NODE}` },
};

export const auditEntry = nextEntry(
  sha256,
  undefined,
  {
    who: { kind: 'operator', principal: 'arn:aws:iam::999999999999:user/ops', accountId: '999999999999' },
    what: { operation: 'DELETE /operator/hypervisors/{hypervisorId}', subjects: [SERVICE] },
    from: { sourceIp: '192.0.2.10', userAgent: 'holdfast' },
    allowed: false,
    outcome: 'Conflict',
    requestId: '6f1c2a50-0000-4000-8000-000000000001',
  },
  Date.parse(AT),
);

export const jobView: JobView = {
  jobId: JOB,
  type: 'backup',
  state: 'completed',
  attempt: 1,
  trigger: 'api',
  request: { instanceIds: [INSTANCE], level: 'incremental', purpose: 'restore' },
  createdAt: AT,
  startedAt: AT,
  endedAt: '2026-01-01T00:01:02.000Z',
  instances: [{ instanceId: INSTANCE, phase: 'done', phaseSince: AT, counters: noCounters, recoveryPointId: POINT }],
};

export const libraryRunView: LibraryRunView = {
  runId: RUN,
  tenantId: TENANT,
  serviceId: SERVICE,
  task: 'check',
  depth: 'everything',
  planOnly: false,
  state: 'completed',
  trigger: 'api',
  requestedBy: 'arn:aws:iam::999999999999:user/ops',
  createdAt: AT,
  startedAt: AT,
  endedAt: '2026-01-01T00:01:02.000Z',
  reportKey: `work/${RUN}/1/results/ord-1.json.report.json`,
  outcome: {
    task: 'check',
    depth: 'everything',
    findingsInAll: 0,
    findings: [],
    lostInAll: 0,
    lost: [],
    recoveryPoints: 2,
    volumes: 2,
    pages: 2,
    packs: 3,
    blocks: 40,
    packsRead: 3,
    bytesRead: 20_971_520,
  },
};

export const pointView: RecoveryPointView = {
  recoveryPointId: POINT,
  instanceId: INSTANCE,
  instanceName: 'shop',
  kind: 'streaming',
  state: 'available',
  takenAt: AT,
  jobId: JOB,
  volumes: [
    { volumeId: 'vol-0123456789abcdef0', device: '/dev/xvda', sizeBytes: 2 ** 33, dataBytes: 2 ** 30, level: 'full' },
  ],
  verifiedAt: AT,
};

export const instanceView: InstanceView = {
  instanceId: INSTANCE,
  name: 'shop',
  state: 'running',
  protection: 'late',
  reason: 'Its newest recovery point is 3 days old, and plan nightly allows 30 h.',
  groups: [{ groupId: GROUP, name: 'web', planId: PLAN }],
  plans: [{ planId: PLAN, name: 'nightly', nextRunAt: '2026-01-02T02:00:00.000Z' }],
  newest: { recoveryPointId: POINT, kind: 'streaming', takenAt: AT },
  recoveryPoints: 7,
};

export const groupView: VmGroupView = {
  groupId: GROUP,
  hypervisorId: TENANT,
  name: 'web',
  match: {
    and: [{ tag: { key: 'app', value: 'web' } }, { or: [{ name: 'web-*' }, { vpcId: 'vpc-0123456789abcdef0' }] }],
  },
  exclude: { volumes: [{ device: '/dev/sdf' }, { largerThanGiB: 500 }] },
  planId: PLAN,
  createdAt: AT,
  updatedAt: AT,
};

export const matches: VmGroupPreview = {
  instances: [
    {
      instanceId: INSTANCE,
      name: 'web-1',
      state: 'running',
      matchedBy: 'tag app=web and name web-*',
      volumes: [
        { volumeId: 'vol-0123456789abcdef0', device: '/dev/xvda', sizeGiB: 8 },
        { volumeId: 'vol-0fedcba9876543210', device: '/dev/sdf', sizeGiB: 100, excludedBy: 'device /dev/sdf' },
      ],
    },
  ],
  instancesInAll: 1,
  excludedInAll: 1,
  excluded: [{ instanceId: 'i-0fedcba9876543210', name: 'web-old', excludedBy: 'name *-old' }],
};

/** As a tenant's, without what an operator's has besides. */
export const planView: Omit<PlanView, 'transport' | 'streams'> = {
  planId: PLAN,
  hypervisorId: TENANT,
  name: 'nightly',
  method: 'streaming',
  schedule: { expression: 'cron(0 2 * * ? *)', timeZone: 'Europe/Berlin' },
  paused: false,
  fullEvery: 0,
  copy: { when: 'never' },
  consistency: { kind: 'crash' },
  retention: { days: 30, gfs: { daily: 7, weekly: 5, monthly: 12, yearly: 0 } },
  purpose: 'restore',
  createdAt: AT,
  updatedAt: AT,
  nextRunAt: '2026-01-02T01:00:00.000Z',
};
export const operatorPlanView: PlanView = { ...planView, transport: 'ebs-direct', streams: 10 };

export const hypervisorView: HypervisorView = {
  hypervisorId: SERVICE,
  kind: 'service',
  name: 'vault',
  accountId: '999999999999',
  region: 'eu-central-1',
  authMethod: 'iam-role',
  createdAt: AT,
  accessNodes: 'manual',
  library: 's3://vault-bucket/vault-prefix',
  state: 'ready',
};

export const invitationView: InvitationView = {
  accountId: '111122223333',
  name: 'acme',
  region: 'eu-central-1',
  externalId: '0123456789abcdef0123456789abcdef',
  hubRoleArn: 'arn:aws:iam::999999999999:role/holdfast-dev-hub',
  roleArn: 'arn:aws:iam::111122223333:role/holdfast-tenant',
  features: ['snapshot', 'check'],
  invitedAt: AT,
  template: '{"Resources":{}}\n',
};

export const nodeView: AccessNodeView = {
  nodeId: NODE,
  serviceId: SERVICE,
  name: 'worker-1',
  origin: 'manual',
  status: 'busy',
  os: 'linux',
  osVersion: '6.1',
  version: '0.1.0',
  zone: 'eu-central-1a',
  ec2InstanceId: 'i-0aaaaaaaaaaaaaaaa',
  slots: 4,
  held: 3,
  heartbeatAt: AT,
};

export const preview: RestorePreview = {
  allowed: true,
  rules: [
    { rule: 'O6', outcome: 'allowed', reason: 'Your provider’s resources are ready.' },
    { rule: 'O9', outcome: 'allowed', reason: 'Volume tags are left out of a restore from the library.' },
  ],
  recoveryPointId: POINT,
  from: 'library',
  creates: ['An instance "shop-restored" of type m7i.large with 1 volume'],
  replaces: [],
  leavesOut: [],
  volumeTagsLeftOut: 3,
  awsTagsLeftOut: 1,
  sizeBytes: 2 ** 33,
  dataBytes: 2 ** 30,
};

/** As a tenant's. */
export const tenantApprovalView: TenantApprovalView = {
  approvalId: APPROVAL,
  state: 'waiting',
  operation: 'delete-recovery-point',
  tenantId: TENANT,
  subject: POINT,
  what: [`Delete the streaming recovery point ${POINT} of shop (${INSTANCE}), taken 2026-01-01 00:00 UTC.`],
  askedBy: 'tenant',
  requestedAt: AT,
  expiresAt: '2026-01-04T00:00:00.000Z',
};
export const approvalView: ApprovalView = {
  ...tenantApprovalView,
  requestedBy: 'arn:aws:iam::111111111111:user/someone',
  request: '{"operation":"delete-recovery-point"}',
  requestHash: '5'.repeat(64),
};

const kept = { instanceId: INSTANCE, kind: 'streaming', takenAt: AT } as const;
export const retention: RetentionPlanView = {
  token: 'token-1',
  removes: [{ ...kept, recoveryPointId: `rp-${uuid(2)}`, reason: 'older than 30 days' }],
  keepsInAll: 1,
  keeps: [{ ...kept, recoveryPointId: POINT, reason: 'the newest good one of its instance' }],
};

export const path: JobPath = {
  jobId: JOB,
  attempt: 1,
  executionArn: `arn:aws:states:eu-central-1:999999999999:execution:holdfast-backup:${JOB}-1`,
  status: 'FAILED',
  states: [
    { name: 'OpenJob', enteredAt: AT, exitedAt: '2026-01-01T00:00:02.000Z' },
    {
      name: 'ProtectInstances',
      enteredAt: '2026-01-01T00:00:02.000Z',
      exitedAt: '2026-01-01T00:00:40.000Z',
      children: [
        {
          label: INSTANCE,
          status: 'SUCCEEDED',
          states: [{ name: 'LockInstance', enteredAt: AT, exitedAt: AT }],
        },
        {
          label: 'i-0fedcba9876543210',
          status: 'FAILED',
          states: [
            {
              name: 'TakeSnapshots',
              enteredAt: AT,
              exitedAt: '2026-01-01T00:00:03.000Z',
              error: { name: 'InstanceNotFound', cause: '{"errorMessage":"i-0fedcba9876543210 is not there"}' },
            },
          ],
        },
      ],
    },
  ],
};

export const permissions: PermissionsReport = {
  complete: false,
  checked: [
    { action: 'ec2:CreateSnapshots', feature: 'backups', allowed: true, foundBy: ['simulator', 'dry run'] },
    { action: 'ec2:RunInstances', feature: 'restores', allowed: false, foundBy: ['dry run'] },
  ],
  missing: [
    {
      action: 'ec2:RunInstances',
      feature: 'restores',
      without: 'Instances cannot be restored.',
      foundBy: ['dry run'],
      statement: { Effect: 'Allow', Action: ['ec2:RunInstances'], Resource: ['*'] },
    },
  ],
  probes: [{ what: 'KMS', outcome: 'nothing to probe', detail: 'No job has left an encrypted snapshot yet.' }],
};

const listOf = <T>(item: T) => ({ items: [item] });
const started = { jobId: JOB };

export const reaperPlan = {
  token: '9'.repeat(64),
  due: 1,
  findings: [
    {
      ...{ place: `account ${TENANT} eu-central-1`, tenantId: TENANT, region: 'eu-central-1', jobId: JOB },
      ...{ kind: 'volume', subject: 'vol-0123456789abcdef0', action: 'remove', dueAt: '2026-01-02T03:04:05.000Z' },
      ...{ reason: 'its job has ended (failed), and nothing needs it', attempts: 2, error: 'it is in use' },
      ...{ firstSeenAt: '2026-01-02T03:04:05.000Z', nextTryAt: '2026-01-02T05:04:05.000Z' },
    },
    {
      ...{ place: `account ${TENANT} eu-central-1`, tenantId: TENANT, region: 'eu-central-1' },
      ...{ kind: 'snapshot', subject: 'snap-0123456789abcdef0', action: 'show' },
      reason: 'its tags name a job that is not known here',
    },
  ],
  notLookedAt: [{ place: 'account hv-other eu-central-1', tenantId: TENANT, reason: 'the role is gone' }],
};

/** By route name. */
export const sampleAnswers: Readonly<Record<string, unknown>> = {
  getOpenApi: { openapi: '3.1.0' },
  getOperatorOpenApi: { openapi: '3.1.0' },
  getOwnHypervisor: {
    hypervisorId: TENANT,
    name: 'shop',
    accountId: '111111111111',
    region: 'eu-central-1',
    authMethod: 'assume-role',
    usesServiceResources: true,
  },
  startBackup: started,
  startSnapshot: started,
  startBackupCopy: started,
  startRestore: started,
  previewRestore: preview,
  listJobs: listOf(jobView),
  getJob: jobView,
  cancelJob: { ...jobView, state: 'cancelling' },
  suspendJob: { ...jobView, state: 'cancelling' },
  resumeJob: { ...jobView, state: 'queued', attempt: 2 },
  retryJob: { ...jobView, state: 'queued', attempt: 2 },
  getJobPath: path,
  listInstances: listOf(instanceView),
  listRecoveryPoints: listOf(pointView),
  getRecoveryPoint: pointView,
  holdRecoveryPoint: { ...pointView, legalHold: { since: AT, reason: 'case 4711' } },
  releaseRecoveryPoint: pointView,
  planRetention: retention,
  runRetention: { removed: [`rp-${uuid(2)}`], failed: [] },
  deleteRecoveryPoint: { removed: [POINT], failed: [] },
  listApprovals: listOf(tenantApprovalView),
  getApproval: tenantApprovalView,
  approve: { ...approvalView, state: 'done', decidedBy: 'arn:aws:iam::999999999999:user/sam', decidedAt: AT },
  reject: { ...approvalView, state: 'rejected', reason: 'Not now.' },
  setProtection: { ...hypervisorView, kind: 'tenant', approvals: 'two-person' },
  addVmGroup: groupView,
  listVmGroups: listOf(groupView),
  previewRules: matches,
  getVmGroup: groupView,
  previewVmGroup: matches,
  replaceVmGroup: groupView,
  removeVmGroup: groupView,
  addPlan: planView,
  listPlans: listOf(planView),
  getPlan: planView,
  replacePlan: planView,
  removePlan: planView,
  inviteTenant: invitationView,
  checkPermissions: permissions,
  checkServicePermissions: permissions,
  startLibraryRun: libraryRunView,
  listLibraryRuns: listOf(libraryRunView),
  getLibraryRun: libraryRunView,
  cancelLibraryRun: { ...libraryRunView, state: 'cancelled' },
  addHypervisor: hypervisorView,
  listHypervisors: listOf(hypervisorView),
  getHypervisor: hypervisorView,
  removeHypervisor: hypervisorView,
  bindHypervisor: hypervisorView,
  unbindHypervisor: hypervisorView,
  rotateKey: hypervisorView,
  revokeAccess: { ...hypervisorView, cancelledJobs: [JOB] },
  restoreAccess: hypervisorView,
  getServiceAccessTemplate: { template: '{}\n' },
  getHypervisorTemplate: { template: 'Resources: {}\n' },
  checkHypervisor: hypervisorView,
  listAccessNodes: listOf(nodeView),
  addAccessNode: {
    ...nodeView,
    status: 'expected',
    environment: { HOLDFAST_SERVICE_ID: SERVICE },
    instanceProfileName: 'holdfast-dev-node-1',
  },
  drainAccessNode: { ...nodeView, status: 'draining' },
  removeAccessNode: nodeView,
  addServiceVmGroup: groupView,
  listServiceVmGroups: listOf(groupView),
  removeServiceVmGroup: groupView,
  getHealth: {
    at: '2026-01-01T02:00:00.000Z',
    level: 'warn',
    facts: [
      {
        name: 'failed jobs',
        level: 'warn',
        says: '1 job of the last day failed, 0 completed with errors',
        metrics: { JobsFailedLastDay: 1, JobsWithErrorsLastDay: 0 },
        about: [`${JOB} (backup of ${TENANT}) failed: SnapshotFailed: the volume is gone`],
      },
    ],
  },
  planReaper: reaperPlan,
  runReaper: { removed: 1, failed: 0, open: 2, left: 0, problems: [] },
  listQuarantine: listOf(quarantined),
  getQuarantined: quarantined,
  releaseQuarantined: { id: ORDER, retries: JOB },
  listAuditEntries: { items: [auditEntry], head: { seq: 1, hash: auditEntry.hash } },
  listAuditAnchors: { items: [{ seq: 1, hash: auditEntry.hash }] },
  listRecentJobs: { since: AT, items: [{ ...jobView, tenantId: TENANT }], more: 3 },
  listProtection: listOf({
    tenantId: TENANT,
    name: 'acme',
    protected: 4,
    late: 1,
    waiting: 0,
    unprotected: 30,
    gone: 2,
    unknown: 0,
    lateIds: [INSTANCE],
    unprotectedIds: ['i-0123456789abcdef9'],
  }),
  listCosts: {
    month: '2026-11',
    prices: { region: 'US East (N. Virginia)', month: '2026-11' },
    notIncluded: ['hours of access nodes'],
    ...listOf({
      tenantId: TENANT,
      name: 'acme',
      calls: { blocksRead: 4_096, blocksWritten: 0, blockLists: 1, s3Puts: 102, s3Gets: 111, kms: 4 },
      library: { packBytes: 10_737_418_240, countedAt: AT },
      nanoUsd: {
        ...{ blocksRead: 12_288_000, blocksWritten: 0, blockLists: 600, s3Puts: 510_000, s3Gets: 44_400, kms: 12_000 },
        ...{ library: 230_000_000, total: 242_855_000 },
      },
    }),
  },
  listLibraryGrowth: listOf({
    tenantId: TENANT,
    name: 'acme',
    serviceId: SERVICE,
    points: [{ at: AT, recoveryPoints: 3, dataBytes: 3_145_728, uniqueBytes: 1_048_576, packBytes: 700_000 }],
  }),
  listOpenJobs: listOf({ ...jobView, state: 'running', tenantId: TENANT, summary: { done: 47, failed: 3 } }),
};
