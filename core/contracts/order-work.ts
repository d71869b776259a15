/** What an order is to do: its document in the work area (JSON). */
import { z } from 'zod';
import { LibraryRunId, OrderId, RecoveryPointId, SnapshotId, VolumeId } from './ids.ts';
import { CheckDepth, LibraryTask, SAMPLE_SLICES } from './library-runs.ts';

/** Blocks as half-open index ranges, ascending, not touching. */
export const BlockRanges = z.array(z.tuple([z.int().nonnegative(), z.int().positive()]));
export type BlockRanges = z.infer<typeof BlockRanges>;

/** Where a recovery point's volume comes from: its key in the library, and its size. */
export const VolumeMapRef = z.strictObject({ recoveryPointId: RecoveryPointId, volumeId: VolumeId });

/** Read a segment of a snapshot into the library. Indexes only, never block tokens: the node lists again itself. */
export const ReadSegment = z.strictObject({
  kind: z.literal('read-segment'),
  volumeId: VolumeId,
  snapshotId: SnapshotId,
  /** Compare with this snapshot (incremental); absent: a full. */
  baseSnapshotId: SnapshotId.optional(),
  /** The map that unchanged blocks are taken from (incremental only). */
  parent: VolumeMapRef.optional(),
  volumeBlocks: z.int().positive(),
  /** Whole map pages for which this order is responsible. */
  pages: z.array(z.int().nonnegative()).min(1),
  /** Full: what to list and read. Incremental: exactly the blocks that changed. */
  blocks: BlockRanges,
});

/** Write a segment of a volume from the library into a pending snapshot. */
export const WriteSegment = z.strictObject({
  kind: z.literal('write-segment'),
  source: VolumeMapRef,
  snapshotId: SnapshotId,
  pages: z.array(z.int().nonnegative()).min(1),
});

/** Join the segments' pages into maps, write the point's sealed record, read a sample back. */
export const AssembleMaps = z.strictObject({
  kind: z.literal('assemble-maps'),
  recoveryPointId: RecoveryPointId,
  pointKind: z.enum(['streaming', 'backup-copy']),
  /** Of the instance. */
  tags: z.record(z.string(), z.string()),
  /** ISO-8601; when the snapshots were taken. */
  takenAt: z.string(),
  instance: z.record(z.string(), z.unknown()),
  requestedBy: z.string(),
  /** Blocks to read back: all with data, or a sample of each volume (absent). */
  verify: z.enum(['sample', 'full']).optional(),
  volumes: z.array(
    z.strictObject({
      volumeId: VolumeId,
      sizeBytes: z.int().positive(),
      snapshotId: SnapshotId,
      baseSnapshotId: SnapshotId.optional(),
      parent: VolumeMapRef.optional(),
      /** Until when all that the parent needs is kept from everybody (ms since 1970), as the control plane has noted it. */
      parentLockedUntil: z.int().positive().optional(),
      level: z.enum(['full', 'incremental']),
      /** The segments' orders, whose results are in the work area. */
      orderIds: z.array(OrderId),
    }),
  ),
});

/** Seal the snapshots that write-segment orders filled (EBS CompleteSnapshot with the aggregate checksum). */
export const CompleteSnapshots = z.strictObject({
  kind: z.literal('complete-snapshots'),
  snapshots: z.array(z.strictObject({ snapshotId: SnapshotId, orderIds: z.array(OrderId) })),
});

/** A recovery point, and until when (ms since 1970) it is kept from everybody. */
const PointLock = z.strictObject({ recoveryPointId: RecoveryPointId, until: z.int().positive() });

/** Look after the tenant's library: see LibraryTask. */
export const MaintainLibrary = z.strictObject({
  kind: z.literal('maintain-library'),
  /** Who holds the library's lease while it is changed. */
  runId: LibraryRunId,
  task: LibraryTask,
  depth: CheckDepth.optional(),
  /** Of a check of a sample: which parts of the packs. */
  slices: z.array(z.int().nonnegative().lt(SAMPLE_SLICES)).min(1).optional(),
  /** Of prune: what it would do, and nothing done. */
  planOnly: z.boolean(),
  /** Of prune: go on though points cannot be read whole. */
  acceptDamage: z.boolean(),
  /** Points that must be there. */
  committed: z.array(RecoveryPointId),
  /** Points that are to go: their time is over, or they were given up and can never be committed. */
  expired: z.array(RecoveryPointId),
  /** Points that attempts are at work on, or may take up again. */
  pending: z.array(RecoveryPointId),
  /** The last generation of what is condemned that the control plane was told of; 0 for none. */
  notedGeneration: z.int().nonnegative().default(0),
  /** Between condemning and deleting: longer than any attempt may last. */
  windowSeconds: z.int().positive(),
  /** Of extend-locks: the recovery points, and until when (ms since 1970) they are to be kept from everybody. */
  locks: z.array(PointLock).optional(),
  /** Of extend-locks and check: until when recovery points are to be kept as it is, by what was noted before. */
  promised: z.array(PointLock).optional(),
});

/** What is to be done: the order's document in the work area (JSON). */
export const OrderWork = z.discriminatedUnion('kind', [
  ReadSegment,
  WriteSegment,
  AssembleMaps,
  CompleteSnapshots,
  MaintainLibrary,
]);
export type OrderWork = z.infer<typeof OrderWork>;
