/**
 * What control plane and access node say to each other. The message in the queue names the order and carries the task
 * token, nothing else; the rest comes from the broker (claim), which also hands out the credentials, and from the
 * order's document in the work area (order-work.ts), where its result goes too (order-results.ts).
 *
 * Readers pass over what a newer side adds to any of it (other-versions.ts), but to what orders a node to do something: a
 * claim that is `yours`, and the document. What must not be passed over in the rest is said by a new operation, kind or
 * outcome, never by a new field.
 */
import { z } from 'zod';
import { BilledCalls } from './billed-calls.ts';
import { AccountId, Attempt, HypervisorId, InstanceId, JobId, LibraryRunId, NodeId, OrderId, Region } from './ids.ts';
import { RunProgress } from './library-runs.ts';

/** The body of an order's SQS message, as the transfer machine sends it. The task token proves the claim. */
export const OrderMessage = z.strictObject({ orderId: OrderId, taskToken: z.string().min(1).max(2048) });
export type OrderMessage = z.infer<typeof OrderMessage>;

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
