/** What the API answers of recovery points, their restore and their retention. Times are ISO-8601 UTC, sizes integer bytes. */
import { z } from 'zod';
import { InstanceId, JobId, PlanId, RecoveryPointId, Region } from './ids.ts';
import { VerifyDepth } from './plans.ts';

const Time = z.iso.datetime();

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
