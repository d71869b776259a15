/** What the API answers. Times are ISO-8601 UTC, sizes integer bytes. */
import { z } from 'zod';
import {
  AccountId,
  HypervisorId,
  InstanceId,
  JobId,
  NodeId,
  PlanId,
  RecoveryPointId,
  Region,
  VmGroupId,
} from './ids.ts';
import { RestoreTarget } from './job-requests.ts';
import { Counters } from './orders.ts';
import { Purpose, Transport, VerifyDepth } from './plans.ts';

const Time = z.iso.datetime();

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
  /** Of repair and prune; absent: the library can be checked only. */
  libraryMaintenanceRoleArn: z.string().optional(),
  /** Object Lock; `compliance` is vault mode. Absent: none. */
  libraryLock: z.enum(['governance', 'compliance']).optional(),
  kmsKeyArn: z.string().optional(),
  /** Of a service hypervisor; `preparing`: what its template makes is not found yet. */
  state: z.enum(['ready', 'preparing', 'removing']).optional(),
  /** Of a tenant hypervisor: what takes protection away waits for a second person. */
  approvals: z.literal('two-person').optional(),
  /** Of a tenant hypervisor that is being removed. */
  removing: z.literal(true).optional(),
  /** Of a tenant hypervisor whose account is not reached any more. */
  revoked: z.strictObject({ since: Time, by: z.string(), reason: z.string().optional() }).optional(),
  autoScalingGroupName: z.string().optional(),
  /** What nodes in another account assume to take orders. */
  nodeControlRoleArn: z.string().optional(),
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
  /** What takes protection away waits for somebody of the provider. */
  approvals: z.literal('two-person').optional(),
  /** Since then the provider reaches nothing of the account. */
  accessRevokedSince: Time.optional(),
});
export type TenantHypervisorView = z.infer<typeof TenantHypervisorView>;

export const JobErrorView = z.strictObject({
  name: z.string(),
  message: z.string(),
  /** What to do about it. */
  remedy: z.string().optional(),
});
export type JobErrorView = z.infer<typeof JobErrorView>;

/** One volume of an instance within a job. `level`: absent in a restore; progress: absent before it is planned. */
export const JobVolumeView = z.strictObject({
  volumeId: z.string(),
  level: z.enum(['full', 'incremental']).optional(),
  reason: z.string().optional(),
  plannedBytes: z.int().nonnegative().optional(),
  doneBytes: z.int().nonnegative().optional(),
  counters: Counters.pick({ bytes: true, zero: true, deduplicated: true, stored: true, storedBytes: true }).optional(),
  /** Bytes a second while it was moved. */
  rate: z.number().nonnegative().optional(),
  secondsLeft: z.number().nonnegative().optional(),
});
export type JobVolumeView = z.infer<typeof JobVolumeView>;

export const JobInstanceView = z.strictObject({
  instanceId: InstanceId,
  phase: z.string(),
  phaseSince: Time,
  /** Of data to be moved, known once planned. */
  plannedBytes: z.int().nonnegative().optional(),
  /** Of these, how many are dealt with: zero blocks that nothing had to read are. */
  doneBytes: z.int().nonnegative().optional(),
  /** `verified`: absent in jobs of before it was counted. */
  counters: Counters.extend({ verified: z.int().nonnegative().optional() }),
  /** Bytes a second since the transfer started, zero blocks included. */
  rate: z.number().nonnegative().optional(),
  secondsLeft: z.number().nonnegative().optional(),
  recoveryPointId: RecoveryPointId.optional(),
  /** Of a backup copy: every copy made of this instance. */
  recoveryPointIds: z.array(RecoveryPointId).optional(),
  consistency: z.strictObject({ kind: z.enum(['crash', 'application']), reason: z.string().optional() }).optional(),
  excludedVolumes: z.array(z.strictObject({ volumeId: z.string(), rule: z.string() })).optional(),
  error: JobErrorView.optional(),
  /** What is not as it could be, though the instance is done: settings not read, a replaced volume that could not be removed. */
  warnings: z.array(JobErrorView).optional(),
  volumes: z.array(JobVolumeView).optional(),
  result: z
    .strictObject({
      instanceId: InstanceId.optional(),
      volumes: z.array(z.strictObject({ device: z.string(), volumeId: z.string(), sourceVolumeId: z.string() })),
      replacedVolumes: z
        .array(z.strictObject({ device: z.string(), volumeId: z.string(), kept: z.boolean() }))
        .optional(),
      volumeTagsLeftOut: z.int().nonnegative(),
      awsTagsLeftOut: z.int().nonnegative(),
    })
    .optional(),
});
export type JobInstanceView = z.infer<typeof JobInstanceView>;

export const JobType = z.enum(['backup', 'snapshot', 'backup-copy', 'restore']);
export const JobState = z.enum([
  'queued',
  'running',
  'waiting',
  'suspended',
  'cancelling',
  'completed',
  'completed with errors',
  'failed',
  'cancelled',
]);

export const JobView = z.strictObject({
  jobId: JobId,
  type: JobType,
  state: JobState,
  attempt: z.int().positive(),
  trigger: z.enum(['api', 'schedule', 'job']),
  /** What was asked for. */
  request: z.strictObject({
    instanceIds: z.array(InstanceId).optional(),
    groupIds: z.array(VmGroupId).optional(),
    planId: PlanId.optional(),
    level: z.enum(['full', 'incremental']).optional(),
    consistency: z.enum(['crash', 'application']).optional(),
    copyToRegion: Region.optional(),
    recoveryPointIds: z.array(RecoveryPointId).optional(),
    recoveryPointId: RecoveryPointId.optional(),
    target: RestoreTarget.optional(),
    volumeTags: z.enum(['leave-out', 'restore']).optional(),
    /** Of a restore: why its data is not taken from where it would be expected. */
    fromReason: z.string().optional(),
    verify: VerifyDepth.optional(),
    purpose: Purpose,
    /** When the job is stopped if it has not ended. */
    deadlineAt: Time.optional(),
  }),
  /** How many instances are in which phase; of a list, where the instances themselves are not shown. */
  summary: z.record(z.string(), z.int()).optional(),
  createdAt: Time,
  startedAt: Time.optional(),
  endedAt: Time.optional(),
  error: JobErrorView.optional(),
  /** Of more than 1,000 the first ones, those that failed before the others: `summary` counts them all. */
  instances: z.array(JobInstanceView).optional(),
  /** ARN of the principal that asked. */
  requestedBy: z.string().optional(),
  /** The Step Functions execution of the present attempt, and where the console shows it. */
  executionArn: z.string().optional(),
  executionUrl: z.string().optional(),
  tenantId: HypervisorId.optional(),
  transport: Transport.optional(),
});
export type JobView = z.infer<typeof JobView>;

/** What a tenant sees of its own job: neither the execution nor who asked, which may be its provider. */
export const TenantJobView = JobView.omit({
  executionArn: true,
  executionUrl: true,
  requestedBy: true,
  tenantId: true,
  transport: true,
});
export type TenantJobView = z.infer<typeof TenantJobView>;

export const RecoveryPointView = z.strictObject({
  recoveryPointId: RecoveryPointId,
  instanceId: InstanceId,
  instanceName: z.string().optional(),
  kind: z.enum(['snapshot', 'streaming', 'backup-copy']),
  /** Only an `available` one can be restored. */
  state: z.enum(['pending', 'available', 'abandoned', 'expired']),
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
  /** What was read back then, decrypted and compared: all blocks with data (`full`), or a sample of each volume. */
  verified: z.strictObject({ depth: VerifyDepth, blocks: z.int() }).optional(),
  planId: PlanId.optional(),
  /** The two places of the same data name each other. */
  copyOf: RecoveryPointId.optional(),
  copiedTo: RecoveryPointId.optional(),
  consistency: z.strictObject({ kind: z.enum(['crash', 'application']), reason: z.string().optional() }).optional(),
  /** Nobody removes it before. */
  lockedUntil: Time.optional(),
  legalHold: z.strictObject({ since: Time, reason: z.string() }).optional(),
  expiredAt: Time.optional(),
  /** A copy of its snapshots in another region. */
  regionCopy: z
    .strictObject({ region: Region, state: z.enum(['copying', 'completed', 'failed']), reason: z.string().optional() })
    .optional(),
});
export type RecoveryPointView = z.infer<typeof RecoveryPointView>;

/** What a restore would do, and by which rules; nothing has been done. */
export const RestorePreview = z.strictObject({
  /** Whether it would be started. */
  allowed: z.boolean(),
  /**
   * Every rule that was asked, in order: O6 to O9 among them. `not checked`: the account does not let us ask; the restore
   * goes on, and may fail by it.
   */
  rules: z.array(
    z.strictObject({
      rule: z.string(),
      outcome: z.enum(['allowed', 'refused', 'not available', 'not checked']),
      reason: z.string(),
    }),
  ),
  recoveryPointId: RecoveryPointId,
  /** Where the data would come from. */
  from: z.enum(['snapshot', 'library']),
  /** Why not from where it would be expected: snapshots that the account has no more. */
  fromReason: z.string().optional(),
  /** Sentences, one a thing: what would be made, replaced, stopped, left out. */
  creates: z.array(z.string()),
  replaces: z.array(z.string()),
  leavesOut: z.array(z.string()),
  volumeTagsLeftOut: z.int().nonnegative(),
  awsTagsLeftOut: z.int().nonnegative(),
  sizeBytes: z.int().nonnegative(),
  dataBytes: z.int().nonnegative(),
});
export type RestorePreview = z.infer<typeof RestorePreview>;

/**
 * What a retention run would remove and keep, and why. `token` stands for exactly what it removes: the oldest 5,000, if
 * there are `more`, which another run removes. Of what it keeps, the newest 1,000 are shown; `keepsInAll` counts them all.
 */
export const RetentionPlanView = z.strictObject({
  token: z.string(),
  removes: z.array(
    z.strictObject({
      recoveryPointId: RecoveryPointId,
      instanceId: InstanceId,
      kind: z.enum(['snapshot', 'streaming', 'backup-copy']),
      takenAt: Time,
      reason: z.string(),
    }),
  ),
  more: z.int().positive().optional(),
  keepsInAll: z.int().nonnegative(),
  keeps: z.array(
    z.strictObject({
      recoveryPointId: RecoveryPointId,
      instanceId: InstanceId,
      kind: z.enum(['snapshot', 'streaming', 'backup-copy']),
      takenAt: Time,
      reason: z.string(),
    }),
  ),
});
export type RetentionPlanView = z.infer<typeof RetentionPlanView>;

export const RetentionResult = z.strictObject({
  removed: z.array(RecoveryPointId),
  failed: z.array(z.strictObject({ recoveryPointId: RecoveryPointId, reason: z.string() })),
});
export type RetentionResult = z.infer<typeof RetentionResult>;

/** JSON, without what is secret, or not known to be none; `cut`: it goes on. */
const ShownData = z.strictObject({ text: z.string(), cut: z.literal(true).optional() });

/** The states that a job's attempt went through, as Step Functions recorded them. Operators only. */
const PathStateShape = z.strictObject({
  name: z.string(),
  enteredAt: Time,
  exitedAt: Time.optional(),
  error: z.strictObject({ name: z.string(), cause: z.string() }).optional(),
  /** How often its task was begun, if more than once; and why it was begun again: the last ten. */
  tries: z.int().positive().optional(),
  retries: z.array(z.strictObject({ at: Time, name: z.string(), cause: z.string() })).optional(),
  /** Of the state that was asked for. */
  input: ShownData.optional(),
  output: ShownData.optional(),
});
/** `state`: a name, whose input and output are told; `instance`: only of that one's. */
export const JobPathQuery = z.strictObject({
  state: z.string().min(1).max(80).optional(),
  instance: InstanceId.optional(),
});
export type JobPathQuery = z.infer<typeof JobPathQuery>;
export const JobPath = z.strictObject({
  jobId: JobId,
  attempt: z.int().positive(),
  executionArn: z.string(),
  status: z.string(),
  states: z.array(
    PathStateShape.extend({
      children: z
        .array(
          z.strictObject({
            label: z.string(),
            status: z.string(),
            states: z.array(
              PathStateShape.extend({
                children: z
                  .array(z.strictObject({ label: z.string(), status: z.string(), states: z.array(PathStateShape) }))
                  .optional(),
              }),
            ),
          }),
        )
        .optional(),
    }),
  ),
});
export type JobPath = z.infer<typeof JobPath>;

export const AccessNodeView = z.strictObject({
  nodeId: NodeId,
  serviceId: HypervisorId,
  name: z.string(),
  origin: z.enum(['manual', 'automatic']),
  status: z.enum(['expected', 'online', 'busy', 'draining', 'lost']),
  os: z.enum(['linux', 'windows']).optional(),
  osVersion: z.string().optional(),
  version: z.string().optional(),
  zone: z.string().optional(),
  ec2InstanceId: z.string().optional(),
  slots: z.int().optional(),
  held: z.int().optional(),
  registeredAt: Time.optional(),
  heartbeatAt: Time.optional(),
});
export type AccessNodeView = z.infer<typeof AccessNodeView>;

/** A node that was added, and the environment that it is to be started with. */
/** `instanceProfileName`: what its EC2 instance has to run with, in the service hypervisor's account. */
export const AddedAccessNode = AccessNodeView.extend({
  environment: z.record(z.string(), z.string()),
  instanceProfileName: z.string(),
});
export type AddedAccessNode = z.infer<typeof AddedAccessNode>;

/** CloudFormation, as text. */
export const Template = z.strictObject({ template: z.string() });

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
