/** What the API answers of jobs. Times are ISO-8601 UTC, sizes integer bytes. */
import { z } from 'zod';
import { BilledCalls } from './billed-calls.ts';
import { HypervisorId, InstanceId, JobId, PlanId, RecoveryPointId, Region, VmGroupId } from './ids.ts';
import { RestoreTarget } from './job-requests.ts';
import { Counters } from './orders.ts';
import { Purpose, Transport, VerifyDepth } from './plans.ts';

const Time = z.iso.datetime();

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
  /** Of one that has ended, by itself: what its orders have called, all attempts, and what that costs by list prices. */
  billed: z.strictObject({ calls: BilledCalls, nanoUsd: z.int().nonnegative() }).optional(),
});
export type JobView = z.infer<typeof JobView>;

/** What a tenant sees of its own job: neither the execution nor who asked, which may be its provider. */
export const TenantJobView = JobView.omit({
  executionArn: true,
  executionUrl: true,
  requestedBy: true,
  tenantId: true,
  transport: true,
  billed: true,
});
export type TenantJobView = z.infer<typeof TenantJobView>;

export const Accepted = z.strictObject({ jobId: JobId });
