/**
 * Blocks of EBS snapshots, moved over the network in one account and region. One block is 524,288 bytes at a fixed
 * index. Every call has a timeout, retries what is worth it (in this one layer, with full jitter and a deadline), ends
 * at once when its signal aborts (with the signal's reason), and otherwise throws only:
 *   TenantAccessLost     the credentials may not do it
 *   UnrelatedSnapshots   EBS keeps no lineage between the two snapshots
 *   SnapshotFailed       EBS refuses the snapshot or the request for good
 *   TransientFailure     throttled, timed out or failed on AWS's side until the deadline
 */
export interface BlockTransport {
  /**
   * The blocks with data that EBS lists for a completed snapshot, ascending, within `[from, to)`; what it does not list
   * is zero. Goes on over empty pages and over page tokens that ran out (60 minutes).
   */
  list(snapshotId: string, range: IndexRange, signal?: AbortSignal): AsyncIterable<ListedBlock>;

  /** The blocks in which two snapshots of one lineage differ, ascending, within `[from, to)`. */
  listChanged(
    firstSnapshotId: string,
    secondSnapshotId: string,
    range: IndexRange,
    signal?: AbortSignal,
  ): AsyncIterable<ChangedBlock>;

  /**
   * Fills `into` (exactly one block long) with a block and answers with the SHA-256 (32 bytes) that EBS states for it,
   * which it does NOT compare: the caller hashes anyway. If it throws, `into` may hold anything.
   */
  get(snapshotId: string, index: number, token: string, into: Uint8Array, signal?: AbortSignal): Promise<Uint8Array>;

  /**
   * Writes a block of a pending snapshot; EBS compares `sha256` (32 bytes). Writing it again is harmless. `data` must
   * stay as it is until the promise settles.
   */
  put(snapshotId: string, index: number, data: Uint8Array, sha256: Uint8Array, signal?: AbortSignal): Promise<void>;

  /**
   * Seals a pending snapshot that holds `blocks` written blocks; `checksum` is the SHA-256 over their binary checksums
   * in ascending order of index. Sealing it again is harmless.
   */
  complete(snapshotId: string, blocks: number, checksum: Uint8Array, signal?: AbortSignal): Promise<void>;

  /** `get` and `put` together start no more than this many calls a second, retries included. Takes effect at once. */
  setRate(callsPerSecond: number): void;

  /** Calls that went out so far, retries included: what AWS bills. */
  readonly calls: Readonly<TransportCalls>;

  /** Closes idle connections. Nothing may be called afterwards. */
  close(): void;
}

/** Indexes of blocks, half-open. */
export interface IndexRange {
  readonly from: number;
  readonly to: number;
}

export interface ListedBlock {
  readonly index: number;
  /** Valid for 7 days; never to be kept. */
  readonly token: string;
}

export interface ChangedBlock {
  readonly index: number;
  /** Absent: the block is gone from the second snapshot, which means that it is zero there. */
  readonly token: string | undefined;
}

export interface TransportCalls {
  list: number;
  get: number;
  put: number;
  complete: number;
  /** Of all these, how many were made again after a failure. */
  retried: number;
  /** How often EBS answered that calls come too fast. */
  throttled: number;
}
