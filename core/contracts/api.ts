/**
 * The REST API: what can be sent and what is answered. Handlers, CLI and the OpenAPI document all read these schemas.
 * Requests are strict: an unknown field is refused, so a field that names a tenant can never be passed along.
 * Times are ISO-8601 UTC, sizes integer bytes.
 */
import { z } from 'zod';
import { AccountId, HypervisorId, InstanceId, JobId, RecoveryPointId, Region } from './ids.ts';
import { Counters } from './orders.ts';

const Time = z.iso.datetime();

// — Requests —

const AssumeRole = z.strictObject({
  method: z.literal('assume-role'),
  roleArn: z.string().regex(/^arn:aws:iam::\d{12}:role\/[\w+=,.@/-]+$/, 'must be the ARN of an IAM role'),
  externalId: z.string().min(2).max(1224),
});
const AccessKey = z.strictObject({
  method: z.literal('access-key'),
  accessKeyId: z.string().min(16).max(128),
  secretAccessKey: z.string().min(16).max(128),
});
const IamRole = z.strictObject({ method: z.literal('iam-role') });

const TENANT_AUTH =
  'must be assume-role or access-key for a tenant hypervisor: an IAM role (iam-role) is for service hypervisors only';

export const AddHypervisor = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('service'),
    name: z.string().min(1).max(64),
    accountId: AccountId,
    region: Region,
    auth: z.discriminatedUnion('method', [IamRole, AssumeRole, AccessKey]),
    accessNodes: z.enum(['manual', 'automatic']),
    /** Where backup data is kept. Absent: the deployment's own bucket. */
    library: z
      .discriminatedUnion('kind', [
        z.strictObject({
          kind: z.literal('s3'),
          bucket: z.string().min(3).max(63),
          /** Part of an ARN in session policies: none of their wildcards and variables. */
          prefix: z
            .string()
            .max(512)
            .regex(/^[\w!.()'/-]*$/, "may have letters, digits and ! - _ . ' ( ) / only")
            .default(''),
        }),
        z.strictObject({ kind: z.literal('disk'), path: z.string().min(1).max(1_024) }),
      ])
      .optional(),
    /** The public half of the offline recovery key (`holdfast recovery-key create`); the private half is never sent. */
    recoveryPublicKey: z
      .string()
      .regex(/^hfpub1(-[0-9A-HJKMNP-TV-Z]{7}){8}$/, 'must be the public key that "holdfast recovery-key create" shows'),
  }),
  z.strictObject({
    kind: z.literal('tenant'),
    name: z.string().min(1).max(64),
    accountId: AccountId,
    region: Region,
    /** A2: an IAM role is refused for a tenant; the error says which two methods are allowed. */
    auth: z.discriminatedUnion('method', [AssumeRole, AccessKey], {
      error: (issue) => (issue.code === 'invalid_union' ? TENANT_AUTH : undefined),
    }),
  }),
]);
export type AddHypervisor = z.infer<typeof AddHypervisor>;

export const BindHypervisor = z.strictObject({ serviceHypervisorId: HypervisorId });
export type BindHypervisor = z.infer<typeof BindHypervisor>;

const queueDeadlineSeconds = z.int().min(1).max(86_400).default(3_600);

export const StartBackup = z.strictObject({
  instanceIds: z.array(InstanceId).min(1).max(1_000),
  level: z.enum(['full', 'incremental']).default('incremental'),
  queueDeadlineSeconds,
});
export type StartBackup = z.infer<typeof StartBackup>;

export const StartRestore = z.strictObject({
  recoveryPointId: RecoveryPointId,
  name: z.string().min(1).max(255).optional(),
  instanceType: z
    .string()
    .regex(/^[a-z0-9-]+\.[a-z0-9-]+$/, 'must be an instance type, like m7i.large')
    .optional(),
  subnetId: z
    .string()
    .regex(/^subnet-[0-9a-f]{8,17}$/, 'must be a subnet id, like subnet-0123456789abcdef0')
    .optional(),
  securityGroupIds: z
    .array(z.string().regex(/^sg-[0-9a-f]{8,17}$/, 'must be a security group id, like sg-0123456789abcdef0'))
    .max(16)
    .optional(),
  keyName: z.string().min(1).max(255).optional(),
  availabilityZone: z
    .string()
    .regex(/^[a-z0-9-]+$/, 'must be an availability zone, like eu-central-1a')
    .optional(),
  volumeTags: z.enum(['leave-out', 'restore']).default('leave-out'),
  queueDeadlineSeconds,
});
export type StartRestore = z.infer<typeof StartRestore>;

// — Answers —

/** What an operator sees of a hypervisor. Secrets are nobody's to see. */
export const HypervisorView = z.strictObject({
  hypervisorId: HypervisorId,
  kind: z.enum(['service', 'tenant']),
  name: z.string(),
  accountId: AccountId,
  region: Region,
  authMethod: z.enum(['iam-role', 'assume-role', 'access-key']),
  createdAt: Time,
  /** Of `assume-role`. */
  roleArn: z.string().optional(),
  externalId: z.string().optional(),
  /** Of `access-key`. */
  accessKeyId: z.string().optional(),
  boundTo: HypervisorId.optional(),
  boundAt: Time.optional(),
  accessNodes: z.enum(['manual', 'automatic']).optional(),
  library: z.string().optional(),
  libraryId: z.string().optional(),
  libraryRoleArn: z.string().optional(),
  kmsKeyArn: z.string().optional(),
  queues: z.strictObject({ restores: z.string(), work: z.string() }).optional(),
});
export type HypervisorView = z.infer<typeof HypervisorView>;

/** What a tenant sees of its own: nothing of the service side (A5). */
export const TenantHypervisorView = z.strictObject({
  hypervisorId: HypervisorId,
  name: z.string(),
  accountId: AccountId,
  region: Region,
  authMethod: z.enum(['assume-role', 'access-key']),
  usesServiceResources: z.boolean(),
});
export type TenantHypervisorView = z.infer<typeof TenantHypervisorView>;

export const JobErrorView = z.strictObject({
  name: z.string(),
  message: z.string(),
  /** What to do about it. */
  remedy: z.string().optional(),
});
export type JobErrorView = z.infer<typeof JobErrorView>;

export const JobInstanceView = z.strictObject({
  instanceId: InstanceId,
  phase: z.string(),
  phaseSince: Time,
  /** Of data to be moved, known once planned. */
  plannedBytes: z.int().nonnegative().optional(),
  counters: Counters,
  /** Bytes a second since the transfer started, zero blocks included. */
  rate: z.number().nonnegative().optional(),
  secondsLeft: z.number().nonnegative().optional(),
  recoveryPointId: RecoveryPointId.optional(),
  error: JobErrorView.optional(),
  volumes: z
    .array(
      z.strictObject({ volumeId: z.string(), level: z.enum(['full', 'incremental']), reason: z.string().optional() }),
    )
    .optional(),
  result: z
    .strictObject({
      instanceId: InstanceId,
      volumes: z.array(z.strictObject({ device: z.string(), volumeId: z.string(), sourceVolumeId: z.string() })),
      volumeTagsLeftOut: z.int().nonnegative(),
      awsTagsLeftOut: z.int().nonnegative(),
    })
    .optional(),
});
export type JobInstanceView = z.infer<typeof JobInstanceView>;

export const JobView = z.strictObject({
  jobId: JobId,
  type: z.enum(['backup', 'restore']),
  state: z.enum(['queued', 'running', 'cancelling', 'completed', 'completed with errors', 'failed', 'cancelled']),
  attempt: z.int().positive(),
  trigger: z.enum(['api', 'schedule']),
  /** What was asked for. */
  request: z.strictObject({
    instanceIds: z.array(InstanceId).optional(),
    level: z.enum(['full', 'incremental']).optional(),
    recoveryPointId: RecoveryPointId.optional(),
    volumeTags: z.enum(['leave-out', 'restore']).optional(),
  }),
  createdAt: Time,
  startedAt: Time.optional(),
  endedAt: Time.optional(),
  error: JobErrorView.optional(),
  instances: z.array(JobInstanceView).optional(),
  /** ARN of the principal that asked. */
  requestedBy: z.string().optional(),
  /** The Step Functions execution of the present attempt. */
  executionArn: z.string().optional(),
});
export type JobView = z.infer<typeof JobView>;

/** What a tenant sees of its own job: neither the execution nor who asked, which may be its provider. */
export const TenantJobView = JobView.omit({ executionArn: true, requestedBy: true });
export type TenantJobView = z.infer<typeof TenantJobView>;

export const RecoveryPointView = z.strictObject({
  recoveryPointId: RecoveryPointId,
  instanceId: InstanceId,
  instanceName: z.string().optional(),
  kind: z.enum(['snapshot', 'streaming', 'backup-copy']),
  /** Only an `available` one can be restored. */
  state: z.enum(['pending', 'available', 'abandoned']),
  takenAt: Time,
  jobId: JobId,
  volumes: z.array(
    z.strictObject({
      volumeId: z.string(),
      device: z.string(),
      sizeBytes: z.int(),
      dataBytes: z.int(),
      level: z.enum(['full', 'incremental']),
      /** Why a full was taken where an incremental was asked for. */
      reason: z.string().optional(),
    }),
  ),
  verifiedAt: Time.optional(),
});
export type RecoveryPointView = z.infer<typeof RecoveryPointView>;

export const Accepted = z.strictObject({ jobId: JobId });
export const listOf = <T extends z.ZodType>(item: T) =>
  z.strictObject({ items: z.array(item), next: z.string().optional() });

/** RFC 9457, with our members. */
export const Problem = z.strictObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  /** The error's name, e.g. `NotFound`. */
  code: z.string(),
  detail: z.string(),
  field: z.string().optional(),
  remedy: z.string().optional(),
  jobId: JobId.optional(),
});
export type Problem = z.infer<typeof Problem>;

// — Routes —

const List = z.strictObject({
  limit: z.coerce.number().int().min(1).max(100).default(25),
  next: z.string().min(1).max(2_048).optional(),
});
const none = z.strictObject({});

/**
 * Tenant routes take the tenant from the signed caller's account. Operator routes have a role of their own; those below
 * `/operator/tenants/{hypervisorId}` do for a named tenant what the tenant's routes do for the caller.
 */
const onTenant = <Job extends z.ZodType>(job: Job) =>
  ({
    startBackup: { method: 'POST', path: '/backups', query: none, body: StartBackup, status: 202, answer: Accepted },
    startRestore: { method: 'POST', path: '/restores', query: none, body: StartRestore, status: 202, answer: Accepted },
    listJobs: { method: 'GET', path: '/jobs', query: List, body: undefined, status: 200, answer: listOf(job) },
    getJob: { method: 'GET', path: '/jobs/{jobId}', query: none, body: undefined, status: 200, answer: job },
    cancelJob: {
      method: 'POST',
      path: '/jobs/{jobId}/cancel',
      query: none,
      body: undefined,
      status: 202,
      answer: job,
    },
    listRecoveryPoints: {
      method: 'GET',
      path: '/recovery-points',
      query: List.extend({ instanceId: InstanceId.optional() }),
      body: undefined,
      status: 200,
      answer: listOf(RecoveryPointView),
    },
    getRecoveryPoint: {
      method: 'GET',
      path: '/recovery-points/{recoveryPointId}',
      query: none,
      body: undefined,
      status: 200,
      answer: RecoveryPointView,
    },
  }) as const;

/** Whatever a job's view shows. */
export type OnTenantRoutes = ReturnType<typeof onTenant<z.ZodType<TenantJobView, TenantJobView>>>;

export const tenantRoutes = {
  getOwnHypervisor: {
    method: 'GET',
    path: '/hypervisor',
    query: none,
    body: undefined,
    status: 200,
    answer: TenantHypervisorView,
  },
  ...onTenant(TenantJobView),
} as const;

export const operatorRoutes = {
  addHypervisor: {
    method: 'POST',
    path: '/operator/hypervisors',
    query: none,
    body: AddHypervisor,
    status: 201,
    answer: HypervisorView,
  },
  listHypervisors: {
    method: 'GET',
    path: '/operator/hypervisors',
    query: List,
    body: undefined,
    status: 200,
    answer: listOf(HypervisorView),
  },
  getHypervisor: {
    method: 'GET',
    path: '/operator/hypervisors/{hypervisorId}',
    query: none,
    body: undefined,
    status: 200,
    answer: HypervisorView,
  },
  bindHypervisor: {
    method: 'PUT',
    path: '/operator/hypervisors/{hypervisorId}/binding',
    query: none,
    body: BindHypervisor,
    status: 200,
    answer: HypervisorView,
  },
} as const;

/** Of paths: each name in braces is of this form. */
export const PathParameters = { hypervisorId: HypervisorId, jobId: JobId, recoveryPointId: RecoveryPointId } as const;

/** The tenant routes as an operator reaches them. */
export const operatorTenantPrefix = '/operator/tenants/{hypervisorId}';
export const operatorTenantRoutes = onTenant(JobView);
