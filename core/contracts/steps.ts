/**
 * Inputs and outputs of the state machines' steps. They carry names and counts only: what is large or secret is in the
 * catalog or the work area, so that a payload stays far below Step Functions' 256 KiB however large the machine is.
 */
import { z } from 'zod';
import { Attempt, HypervisorId, InstanceId, JobId, OrderId, RecoveryPointId } from './ids.ts';

/** What starts an execution of `backup` or `restore`, and what identifies an attempt everywhere. */
export const AttemptRef = z.strictObject({ jobId: JobId, attempt: Attempt, tenantId: HypervisorId });
export type AttemptRef = z.infer<typeof AttemptRef>;

export const JobInput = AttemptRef.extend({ trigger: z.enum(['api', 'schedule']), requestedBy: z.string() });
export type JobInput = z.infer<typeof JobInput>;

export const InstanceRef = AttemptRef.extend({ instanceId: InstanceId });
export type InstanceRef = z.infer<typeof InstanceRef>;

/** `{Error, Cause}` as Step Functions hands it to a Catch. */
export const CaughtError = z.object({ Error: z.string().nullish(), Cause: z.string().nullish() });
export type CaughtError = z.infer<typeof CaughtError>;

export const OpenBackupOutput = z.strictObject({
  workBucket: z.string(),
  instancesKey: z.string(),
  resultsPrefix: z.string(),
});
export type OpenBackupOutput = z.infer<typeof OpenBackupOutput>;

/** One instance under its attempt's lease. */
export const LockedInstance = InstanceRef.extend({ fence: z.int().positive(), recoveryPointId: RecoveryPointId });
export type LockedInstance = z.infer<typeof LockedInstance>;

export const AwaitSnapshotsInput = AttemptRef.extend({ snapshotIds: z.array(z.string()).max(128) });
export type AwaitSnapshotsInput = z.infer<typeof AwaitSnapshotsInput>;

/** `ready`: go on. Otherwise wait and ask again. */
export const Readiness = z.strictObject({ ready: z.boolean() });
export type Readiness = z.infer<typeof Readiness>;

/** Where planning goes on: planning a large machine takes several calls, never one long Lambda. */
export const PlanCursor = z.strictObject({
  volume: z.int().nonnegative(),
  block: z.int().nonnegative(),
  part: z.int().nonnegative(),
});
export type PlanCursor = z.infer<typeof PlanCursor>;
export const PlanBackupInput = LockedInstance.extend({ cursor: PlanCursor.optional() });
export type PlanBackupInput = z.infer<typeof PlanBackupInput>;

/** What the transfer machine is started with. */
export const Transfer = InstanceRef.extend({
  workBucket: z.string(),
  /** A JSON array of `{orderId}` in the work area. */
  segmentsKey: z.string(),
  resultsPrefix: z.string(),
  /** The order that joins what the segments' orders made. */
  finishOrderId: OrderId,
  queueUrl: z.string(),
  queueDeadlineSeconds: z.int().positive(),
});
export type Transfer = z.infer<typeof Transfer>;

export const PlanBackupOutput = z.union([
  z.strictObject({ done: z.literal(false), cursor: PlanCursor }),
  z.strictObject({ done: z.literal(true), transfer: Transfer }),
]);
export type PlanBackupOutput = z.infer<typeof PlanBackupOutput>;

export const FailInstanceInput = InstanceRef.extend({ error: CaughtError });
export type FailInstanceInput = z.infer<typeof FailInstanceInput>;

export const CloseJobInput = AttemptRef.extend({ error: CaughtError.nullish() });
export type CloseJobInput = z.infer<typeof CloseJobInput>;
export const CloseJobOutput = z.strictObject({ state: z.string(), error: z.string(), cause: z.string() });
export type CloseJobOutput = z.infer<typeof CloseJobOutput>;

export const RestoreRef = InstanceRef.extend({ recoveryPointId: RecoveryPointId });
export type RestoreRef = z.infer<typeof RestoreRef>;
export const StartSnapshotsOutput = z.strictObject({ snapshotIds: z.array(z.string()) });
export type StartSnapshotsOutput = z.infer<typeof StartSnapshotsOutput>;
export const PlanRestoreInput = RestoreRef.extend({ snapshotIds: z.array(z.string()) });
export type PlanRestoreInput = z.infer<typeof PlanRestoreInput>;
export const LaunchOutput = z.strictObject({ imageId: z.string(), launchedId: z.string() });
export type LaunchOutput = z.infer<typeof LaunchOutput>;
export const AwaitInstanceInput = AttemptRef.extend({ launchedId: z.string() });
export type AwaitInstanceInput = z.infer<typeof AwaitInstanceInput>;
export const FinishRestoreInput = PlanRestoreInput.extend({ imageId: z.string(), launchedId: z.string() });
export type FinishRestoreInput = z.infer<typeof FinishRestoreInput>;

export const CleanUpInput = AttemptRef.extend({ pass: z.int().positive() });
export type CleanUpInput = z.infer<typeof CleanUpInput>;
/** `closed`: nothing of the attempt is left open. `running`: its execution has not ended yet. */
export const CleanUpOutput = z.strictObject({
  state: z.enum(['running', 'more', 'closed']),
  waitSeconds: z.int().nonnegative(),
});
export type CleanUpOutput = z.infer<typeof CleanUpOutput>;
