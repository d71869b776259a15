/**
 * Inputs and outputs of the restore's steps. What one step makes, the next one finds in the records of the effects: a
 * payload names the restore and nothing else, however many volumes it has.
 */
import { z } from 'zod';
import { RecoveryPointId } from './ids.ts';
import { InstanceRef } from './steps.ts';

export const RestoreRef = InstanceRef.extend({ recoveryPointId: RecoveryPointId });
export type RestoreRef = z.infer<typeof RestoreRef>;

/**
 * How the target is reached. `image`: a new instance from an image of its volumes; `donor`: from an image of its licensed
 * platform, whose volumes are then replaced; the others as the target is called.
 */
export const RestorePath = z.enum(['image', 'donor', 'in-place', 'volumes', 'attach']);
export type RestorePath = z.infer<typeof RestorePath>;

/** Where the data comes from: snapshots in the tenant account, or the library. */
export const RestorePlace = z.enum(['snapshot', 'library']);
export type RestorePlace = z.infer<typeof RestorePlace>;

export const OpenRestoreOutput = z.strictObject({ restore: RestoreRef, place: RestorePlace, path: RestorePath });
export type OpenRestoreOutput = z.infer<typeof OpenRestoreOutput>;

/** The volumes that are restored, by the ids that they had, and the empty snapshots for them in the same order. */
export const StartSnapshotsOutput = z.strictObject({
  volumeIds: z.array(z.string()),
  snapshotIds: z.array(z.string()),
});
export type StartSnapshotsOutput = z.infer<typeof StartSnapshotsOutput>;
