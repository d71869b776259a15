/** What became of an order's work: its result object in the work area (JSON). */
import { z } from 'zod';
import { RecoveryPointId, SnapshotId, VolumeId } from './ids.ts';
import { LibraryOutcome } from './library-runs.ts';
import { Counters } from './orders.ts';

/** A volume of which a recovery point has lost blocks, or all volumes of it. */
export const LostVolume = z.strictObject({ recoveryPointId: RecoveryPointId, volumeId: VolumeId.optional() });
export type LostVolume = z.infer<typeof LostVolume>;

/** The result object of a segment, in the work area. */
export const SegmentResult = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('read-segment'),
    /** Page number and its id in the library (`zero` for a page without data). */
    pages: z.array(
      z.strictObject({
        page: z.int().nonnegative(),
        id: z.string(),
        dataBlocks: z.int().nonnegative(),
        versionId: z.string().optional(),
      }),
    ),
    /** Of the condemned packs that the writer honoured: prune must not have gone on when the point is committed. */
    generation: z.int().nonnegative(),
    /** That it has written: whether they are there is looked up before the recovery point is made. */
    packs: z.array(z.strictObject({ id: z.string(), bytes: z.int().positive() })).default([]),
    counters: Counters,
  }),
  z.strictObject({
    kind: z.literal('write-segment'),
    /** Blocks put; beside this object, `.sha` holds their index (uint32 LE) and SHA-256 (32 bytes), ascending. */
    blocks: z.int().nonnegative(),
    counters: Counters,
  }),
  z.strictObject({
    kind: z.literal('assemble-maps'),
    volumes: z.array(
      z.strictObject({
        volumeId: VolumeId,
        /** Hex; what the point's sealed record names the map by. */
        mapSeal: z.string(),
        dataBlocks: z.int().nonnegative(),
        zeroBlocks: z.int().nonnegative(),
        /** Of data blocks, per map page: what a restore plans its segments by. */
        pageDataBlocks: z.array(z.int().nonnegative()),
      }),
    ),
    /** The smallest of its segments'. */
    generation: z.int().nonnegative(),
    verification: z.strictObject({ at: z.string(), blocks: z.int().nonnegative(), depth: z.enum(['sample', 'full']) }),
    counters: Counters,
  }),
  z.strictObject({ kind: z.literal('complete-snapshots'), snapshots: z.array(SnapshotId), counters: Counters }),
  z.strictObject({
    kind: z.literal('maintain-library'),
    outcome: LibraryOutcome,
    /** Of a prune that has to wait, or has condemned for the next one: not before (ms since 1970). */
    deleteNotBefore: z.int().nonnegative().optional(),
    /** Of the expired points, those that the library has nothing of (any more). */
    removedPoints: z.array(RecoveryPointId),
    /** Of extend-locks: those of its recovery points that are kept as long as was asked. */
    lockedPoints: z.array(RecoveryPointId).optional(),
    /** Volumes whose next backup must read all of them; without `volumeId`, all of the point's. */
    lostVolumes: z.array(LostVolume).default([]),
    /** Everything that was found or done. */
    reportKey: z.string(),
    counters: Counters,
  }),
]);
export type SegmentResult = z.infer<typeof SegmentResult>;
