/**
 * What control plane and access node say to each other. The message in the queue names the order and carries the task
 * token, nothing else; the rest comes from the broker (claim), which also hands out the credentials, and from the
 * order's document in the work area.
 *
 * Readers pass over what a newer side adds to any of it (other-versions.ts), but to what orders a node to do something: a
 * claim that is `yours`, and the document. What must not be passed over in the rest is said by a new operation, kind or
 * outcome, never by a new field.
 */
import { z } from 'zod';
import { BilledCalls } from './billed-calls.ts';
import {
  AccountId,
  Attempt,
  HypervisorId,
  InstanceId,
  JobId,
  LibraryRunId,
  NodeId,
  OrderId,
  RecoveryPointId,
  Region,
  SnapshotId,
  VolumeId,
} from './ids.ts';
import { CheckDepth, LibraryOutcome, LibraryTask, RunProgress, SAMPLE_SLICES } from './library-runs.ts';

/** The body of an order's SQS message, as the transfer machine sends it. The task token proves the claim. */
export const OrderMessage = z.strictObject({ orderId: OrderId, taskToken: z.string().min(1).max(2048) });
export type OrderMessage = z.infer<typeof OrderMessage>;

/** Blocks as half-open index ranges, ascending, not touching. */
export const BlockRanges = z.array(z.tuple([z.int().nonnegative(), z.int().positive()]));
export type BlockRanges = z.infer<typeof BlockRanges>;

export const LibraryRef = z.discriminatedUnion('kind', [
  /** `prefix` is the tenant's own, without a slash at its end. */
  z.strictObject({ kind: z.literal('s3'), bucket: z.string(), prefix: z.string(), region: Region }),
  /** `path` is the tenant's own folder, on the node. */
  z.strictObject({ kind: z.literal('disk'), path: z.string() }),
]);
export type LibraryRef = z.infer<typeof LibraryRef>;

/** Which library a tenant's data is in, and what opens it. */
export const LibraryAccess = z.strictObject({
  library: LibraryRef,
  /** Names in the KMS encryption context. */
  tenantId: HypervisorId,
  libraryId: z.string(),
  kmsKeyArn: z.string(),
  /** `hfpub1-…`: the public half of the MSP's offline recovery key. */
  recoveryPublicKey: z.string(),
});
export type LibraryAccess = z.infer<typeof LibraryAccess>;

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

/** Monotonic over one claim of an order. All are counts of blocks but those in bytes. */
export const Counters = z.strictObject({
  /** Blocks fetched from EBS, or put into a snapshot. */
  transferred: z.int().nonnegative(),
  /** Blocks that are zero: recorded, never stored. */
  zero: z.int().nonnegative(),
  /** Blocks that the library had already (parent or index). */
  deduplicated: z.int().nonnegative(),
  stored: z.int().nonnegative(),
  /** Bytes written to the library, all objects. */
  storedBytes: z.int().nonnegative(),
  /** Bytes of volume data that went through: transferred × block size. */
  bytes: z.int().nonnegative(),
  /** Blocks read back from the library before the recovery point is written. A node of before it counted says nothing. */
  verified: z.int().nonnegative().default(0),
});
export type Counters = z.infer<typeof Counters>;
export const noCounters: Counters = {
  transferred: 0,
  zero: 0,
  deduplicated: 0,
  stored: 0,
  storedBytes: 0,
  bytes: 0,
  verified: 0,
};

export const SessionCredentials = z.strictObject({
  accessKeyId: z.string(),
  secretAccessKey: z.string(),
  sessionToken: z.string(),
  /** ms since 1970 */
  expiresAt: z.number(),
});
export type SessionCredentials = z.infer<typeof SessionCredentials>;

/** What an order writes to the library is kept from everybody so long (S3 Object Lock). */
export const OrderLock = z.strictObject({
  mode: z.enum(['governance', 'compliance']),
  /** ms since 1970 */
  until: z.int().positive(),
});
export type OrderLock = z.infer<typeof OrderLock>;

/** Credentials for one order, each for one place and no more than an hour. */
export const OrderCredentials = z.strictObject({
  /** In the tenant account: reads or writes exactly the order's snapshots. Absent for assemble-maps. */
  tenant: SessionCredentials.optional(),
  /** In the service account: the tenant's prefix of the library, and its key. Absent for complete-snapshots. */
  library: SessionCredentials.optional(),
  /** In the control plane's account: this attempt's part of the work area. */
  workArea: SessionCredentials,
});
export type OrderCredentials = z.infer<typeof OrderCredentials>;

/** What AWS bills of this claim so far. A node of before it counted says nothing. */
const Calls = BilledCalls.optional();

const Claim = z.strictObject({ orderId: OrderId, taskToken: z.string().min(1), nodeId: NodeId });

const Presence = z.strictObject({ nodeId: NodeId, serviceId: HypervisorId });

/** How a node describes itself (O5). */
export const NodeDescription = z.strictObject({
  name: z.string().min(1).max(64),
  origin: z.enum(['manual', 'automatic']),
  os: z.enum(['linux', 'windows']),
  /** As the system names itself, e.g. `6.12.8-amd64`. */
  osVersion: z.string().max(128),
  /** Of the access node's software. */
  version: z.string().max(64),
  zone: z.string().max(64).optional(),
  ec2InstanceId: InstanceId.optional(),
  /** Orders at a time. */
  slots: z.int().positive(),
});
export type NodeDescription = z.infer<typeof NodeDescription>;

/** What a node asks of the broker. */
export const BrokerRequest = z.discriminatedUnion('operation', [
  /** Said once, when a node starts; said again, it describes the node anew. */
  Presence.extend({ operation: z.literal('registerNode'), description: NodeDescription }),
  /** Every 20 s, with or without orders in hand. */
  Presence.extend({ operation: z.literal('heartbeatNode'), held: z.int().nonnegative() }),
  /** The node ends: it is not lost, it is gone. */
  Presence.extend({ operation: z.literal('leaveNode') }),
  /** `processId`: a node that was restarted is the same node, and has lost what it held. */
  Claim.extend({
    operation: z.literal('claimOrder'),
    processId: z.string().min(1).max(64).optional(),
    /** How many other orders this process works on. */
    holding: z.int().nonnegative().optional(),
  }),
  /** A message in the node's queue that names no order, before it is deleted. Its body stays with the node. */
  Presence.extend({
    operation: z.literal('reportMessage'),
    bytes: z.int().nonnegative(),
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
    receiveCount: z.int().positive(),
  }),
  /** Every 20 s while an order is held: progress in, cancellation and fresh credentials out. */
  Claim.extend({
    operation: z.literal('heartbeatOrder'),
    claim: z.int().positive(),
    counters: Counters,
    calls: Calls,
    /** What the node was told last: others get what this order has given up only when its node knows of it. */
    blockRate: z.number().nonnegative(),
    wantCredentials: z.boolean(),
    /** Of maintain-library: how far it is. */
    progress: RunProgress.optional(),
  }),
  /** A prune or repair has published that generation of what is condemned: whatever begins from now on knows of it. */
  Claim.extend({
    operation: z.literal('noteCondemned'),
    claim: z.int().positive(),
    generation: z.int().positive(),
  }),
  /**
   * Before a prune deletes: no attempt may commit any more whose recovery point was begun before that time (ms since
   * 1970), or before the control plane was told of that generation, whichever is later. Done again, it changes nothing.
   */
  Claim.extend({
    operation: z.literal('raiseFences'),
    claim: z.int().positive(),
    before: z.int().nonnegative(),
    generation: z.int().nonnegative(),
  }),
  /** The result object is in the work area: the order is done, whoever answers its token. */
  Claim.extend({
    operation: z.literal('completeOrder'),
    claim: z.int().positive(),
    counters: Counters,
    calls: Calls,
    resultKey: z.string(),
  }),
  /** Given up: with an error (permanent) or handed back (another node may take it at once). */
  Claim.extend({
    operation: z.literal('releaseOrder'),
    claim: z.int().positive(),
    counters: Counters,
    calls: Calls,
    error: z.strictObject({ name: z.string().max(256), message: z.string().max(8192) }).optional(),
  }),
]);
export type BrokerRequest = z.infer<typeof BrokerRequest>;

/** What the order's task token is answered with, by the node that finished it or by the next that finds it done. */
export const OrderOutcome = z.strictObject({
  orderId: OrderId,
  claim: z.int().positive(),
  resultKey: z.string(),
  counters: Counters,
});
export type OrderOutcome = z.infer<typeof OrderOutcome>;

export const ClaimResponse = z.discriminatedUnion('outcome', [
  z.strictObject({
    outcome: z.literal('yours'),
    /** Counts up with every claim of this order; results carry it, so that a zombie's are not mistaken for ours. */
    claim: z.int().positive(),
    /** Whose order it is; a library run's has that run's id, and counts its passes as attempts. */
    jobId: z.union([JobId, LibraryRunId]),
    attempt: Attempt,
    tenantAccountId: AccountId,
    tenantRegion: Region,
    instanceId: InstanceId.optional(),
    /** Absent for complete-snapshots. */
    libraryAccess: LibraryAccess.optional(),
    /** Of a library run: opens what is there, makes none, and does without the node's copy of the index. */
    maintenance: z.literal(true).optional(),
    /** Absent: the library has no lock, or the order writes nothing there. */
    lock: OrderLock.optional(),
    /** Of a library run that adds a data key: done as the library is opened. */
    rotatesKey: z.literal(true).optional(),
    workBucket: z.string(),
    /** The order's document. */
    documentKey: z.string(),
    /** Results go to `${resultPrefix}${orderId}-${claim}.json` (and `.sha` beside it, see SegmentResult). */
    resultPrefix: z.string(),
    credentials: OrderCredentials,
    /** Get/PutSnapshotBlock calls a second that this order may make; 0: it waits for its share. */
    blockRate: z.number().nonnegative(),
    /** When to call first, if sooner than `heartbeatSeconds`. */
    againSeconds: z.number().positive().optional(),
    heartbeatSeconds: z.number().positive(),
  }),
  /** Another node finished it: answer the token with this. */
  z.strictObject({ outcome: z.literal('done'), result: OrderOutcome }),
  /** Another node holds it and lives: leave the message alone. */
  z.strictObject({ outcome: z.literal('held') }),
  /** Cancelled, taken over, or its token is dead: delete the message. */
  z.strictObject({ outcome: z.literal('gone'), reason: z.string() }),
]);
export type ClaimResponse = z.infer<typeof ClaimResponse>;

export const PresenceResponse = z.strictObject({
  /** Take no more orders, and end when none is in hand. */
  drain: z.boolean(),
  heartbeatSeconds: z.number().positive(),
});
export type PresenceResponse = z.infer<typeof PresenceResponse>;

export const HeartbeatResponse = z.strictObject({
  /** Stop, write nothing more, release the order. */
  cancelled: z.boolean(),
  blockRate: z.number().nonnegative(),
  /** When to call next, if sooner than `heartbeatSeconds`: the rate was lowered, or more is to come. */
  againSeconds: z.number().positive().optional(),
  credentials: OrderCredentials.optional(),
});
export type HeartbeatResponse = z.infer<typeof HeartbeatResponse>;

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
