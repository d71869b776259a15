/**
 * Inputs and outputs of the state machines' steps. They carry names and counts only: what is large or secret is in the
 * catalog or the work area, so that a payload stays far below Step Functions' 256 KiB however large the machine is.
 */
import { z } from 'zod';
import {
  Attempt,
  HypervisorId,
  InstanceId,
  JobId,
  OrderId,
  PlanId,
  RecoveryPointId,
  SnapshotId,
  VolumeId,
} from './ids.ts';

/** What identifies an attempt everywhere. */
export const AttemptRef = z.strictObject({ jobId: JobId, attempt: Attempt, tenantId: HypervisorId });
export type AttemptRef = z.infer<typeof AttemptRef>;

/** What starts an execution of a job's machine; names what an operator looks for in the Step Functions console. */
export const JobInput = AttemptRef.extend({
  tenantName: z.string(),
  planId: PlanId.optional(),
  trigger: z.enum(['api', 'schedule', 'job']),
  requestedBy: z.string(),
});
export type JobInput = z.infer<typeof JobInput>;

export const InstanceRef = AttemptRef.extend({ instanceId: InstanceId });
export type InstanceRef = z.infer<typeof InstanceRef>;

/** `{Error, Cause}` as Step Functions hands it to a Catch. */
export const CaughtError = z.object({ Error: z.string().nullish(), Cause: z.string().nullish() });
export type CaughtError = z.infer<typeof CaughtError>;

/** What the Map over the job's instances reads. */
export const OpenJobOutput = z.strictObject({
  workBucket: z.string(),
  /** A JSON array of `{instanceId}` in the work area. */
  instancesKey: z.string(),
  resultsPrefix: z.string(),
  /** Instances at a time. */
  streams: z.int().positive(),
  /** Of a snapshot job: a backup copy follows. */
  copyAtOnce: z.boolean(),
});
export type OpenJobOutput = z.infer<typeof OpenJobOutput>;

/** One instance under its attempt's lease. */
export const LeasedInstance = InstanceRef.extend({ fence: z.int().positive() });
export type LeasedInstance = z.infer<typeof LeasedInstance>;
/** And the recovery point that is being made of it: input of the `snapshots` machine, too. */
export const LockedInstance = LeasedInstance.extend({ recoveryPointId: RecoveryPointId });
export type LockedInstance = z.infer<typeof LockedInstance>;

/**
 * How the snapshots are taken: `plain`, at one instant and crash-consistent; `freeze`, between two commands of the
 * guest's; `vss`, by Windows itself. `reason`: why it is not what was asked for.
 */
export const SnapshotWay = z.strictObject({ way: z.enum(['plain', 'freeze', 'vss']), reason: z.string().optional() });
export type SnapshotWay = z.infer<typeof SnapshotWay>;
export const GuestCommandInput = LockedInstance.extend({ command: z.enum(['freeze', 'thaw', 'vss']) });
export type GuestCommandInput = z.infer<typeof GuestCommandInput>;
export const GuestCommandOutput = z.strictObject({ commandId: z.string() });
export type GuestCommandOutput = z.infer<typeof GuestCommandOutput>;
export const GuestResultInput = GuestCommandInput.extend({ commandId: z.string() });
export type GuestResultInput = z.infer<typeof GuestResultInput>;
export const GuestResult = z.strictObject({ state: z.enum(['running', 'succeeded', 'failed']), output: z.string() });
export type GuestResult = z.infer<typeof GuestResult>;
export const TakeSnapshotsInput = LockedInstance.extend({
  way: SnapshotWay.shape.way,
  /** Why it is not application-consistent although that was asked for. */
  reason: z.string().nullish(),
});
export type TakeSnapshotsInput = z.infer<typeof TakeSnapshotsInput>;
export const TakeSnapshotsOutput = z.strictObject({ snapshotIds: z.array(SnapshotId) });
export type TakeSnapshotsOutput = z.infer<typeof TakeSnapshotsOutput>;
/** The applications could not be told to go on: said where a user sees it. */
export const NoteThawInput = LockedInstance.extend({ reason: z.string() });
export type NoteThawInput = z.infer<typeof NoteThawInput>;

export const AwaitSnapshotsInput = AttemptRef.extend({ snapshotIds: z.array(z.string()).max(128) });
export type AwaitSnapshotsInput = z.infer<typeof AwaitSnapshotsInput>;

/** `ready`: go on. Otherwise wait and ask again. */
export const Readiness = z.strictObject({ ready: z.boolean() });
export type Readiness = z.infer<typeof Readiness>;

/**
 * What the `transfer` machine is started with: the data of one recovery point goes from its snapshots to the library
 * (`to-library`: the point is pending, and the instance under the attempt's lease) or from the library into empty
 * snapshots (`to-snapshots`: the point is available).
 */
export const TransferInput = InstanceRef.extend({
  recoveryPointId: RecoveryPointId,
  direction: z.enum(['to-library', 'to-snapshots']),
  /** Of `to-library`: the lease that its orders work under. */
  fence: z.int().positive().optional(),
  /** Of `to-snapshots`: volumes of the recovery point; all of them, in its order, if absent. */
  volumeIds: z.array(VolumeId).max(128).optional(),
  /** Of `to-snapshots`: the pending snapshot that each of these volumes is written to, in the same order. */
  snapshotIds: z.array(SnapshotId).max(128).optional(),
});
export type TransferInput = z.infer<typeof TransferInput>;

/** Where planning goes on: planning a large machine takes several calls, never one long Lambda. */
export const PlanCursor = z.strictObject({
  volume: z.int().nonnegative(),
  block: z.int().nonnegative(),
  part: z.int().nonnegative(),
});
export type PlanCursor = z.infer<typeof PlanCursor>;
export const PlanTransferInput = TransferInput.extend({ cursor: PlanCursor.optional() });
export type PlanTransferInput = z.infer<typeof PlanTransferInput>;

/** A transfer as it is planned: what the rest of its machine works on. */
export const Transfer = InstanceRef.extend({
  recoveryPointId: RecoveryPointId,
  workBucket: z.string(),
  /** A JSON array of `{orderId}` in the work area. */
  segmentsKey: z.string(),
  /** Where the Map's own results are written. */
  resultsPrefix: z.string(),
  /** The order that joins what the segments' orders made. */
  finishOrderId: OrderId,
  queueUrl: z.string(),
  queueDeadlineSeconds: z.int().positive(),
});
export type Transfer = z.infer<typeof Transfer>;

export const PlanTransferOutput = z.union([
  z.strictObject({ done: z.literal(false), cursor: PlanCursor }),
  z.strictObject({ done: z.literal(true), transfer: Transfer }),
]);
export type PlanTransferOutput = z.infer<typeof PlanTransferOutput>;

/** `wanted`: whether the job asks for copies in another region at all. */
export const RegionCopyOutput = z.strictObject({ wanted: z.boolean(), ready: z.boolean() });
export type RegionCopyOutput = z.infer<typeof RegionCopyOutput>;
export const FailRegionCopyInput = LockedInstance.extend({ error: CaughtError });
export type FailRegionCopyInput = z.infer<typeof FailRegionCopyInput>;
export const StartCopyOutput = z.strictObject({ copyJobId: JobId.nullable() });
export type StartCopyOutput = z.infer<typeof StartCopyOutput>;

/**
 * `at`: of the instance's snapshots to be copied, oldest first, the one to look at next. `failed`: the copy before it, and
 * why it could not be made.
 */
export const NextCopyInput = LeasedInstance.extend({
  at: z.int().nonnegative(),
  failed: z.strictObject({ recoveryPointId: RecoveryPointId, error: CaughtError }).nullish(),
});
export type NextCopyInput = z.infer<typeof NextCopyInput>;
export const NextCopyOutput = z.union([
  z.strictObject({ done: z.literal(true) }),
  /** `recoveryPointId`: of the copy, pending. `at`: which one it is of, for the transfer's name. */
  z.strictObject({ done: z.literal(false), at: z.int().nonnegative(), recoveryPointId: RecoveryPointId }),
]);
export type NextCopyOutput = z.infer<typeof NextCopyOutput>;

export const FailInstanceInput = InstanceRef.extend({ error: CaughtError });
export type FailInstanceInput = z.infer<typeof FailInstanceInput>;

export const CloseJobInput = AttemptRef.extend({ error: CaughtError.nullish() });
export type CloseJobInput = z.infer<typeof CloseJobInput>;
export const CloseJobOutput = z.strictObject({ state: z.string(), error: z.string(), cause: z.string() });
export type CloseJobOutput = z.infer<typeof CloseJobOutput>;

export const CleanUpInput = AttemptRef.extend({ pass: z.int().positive() });
export type CleanUpInput = z.infer<typeof CleanUpInput>;
/** `closed`: nothing of the attempt is left open. `running`: its execution has not ended yet. */
export const CleanUpOutput = z.strictObject({
  state: z.enum(['running', 'more', 'closed']),
  waitSeconds: z.int().nonnegative(),
});
export type CleanUpOutput = z.infer<typeof CleanUpOutput>;
