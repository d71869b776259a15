/**
 * The EBS direct API, call by call, without retries: what the two block transports (SDK and own HTTP) implement and
 * `ebs-block-transport.ts` builds on.
 */
export interface EbsCalls {
  listSnapshotBlocks(request: ListSnapshotBlocks, signal: AbortSignal): Promise<BlockPage>;
  listChangedBlocks(request: ListChangedBlocks, signal: AbortSignal): Promise<ChangedBlockPage>;
  /** Fills `into` and answers with the checksum header (base64). Throws unless exactly `into.length` bytes came. */
  getSnapshotBlock(request: GetSnapshotBlock, into: Uint8Array, signal: AbortSignal): Promise<string>;
  putSnapshotBlock(request: PutSnapshotBlock, data: Uint8Array, signal: AbortSignal): Promise<void>;
  completeSnapshot(request: CompleteSnapshot, signal: AbortSignal): Promise<void>;
  close(): void;
}

interface Page {
  readonly pageToken?: string | undefined;
  readonly startingBlockIndex?: number | undefined;
  readonly maxResults: number;
}
export interface ListSnapshotBlocks extends Page {
  readonly snapshotId: string;
}
export interface ListChangedBlocks extends Page {
  readonly firstSnapshotId: string;
  readonly secondSnapshotId: string;
}
export interface GetSnapshotBlock {
  readonly snapshotId: string;
  readonly index: number;
  readonly token: string;
}
export interface PutSnapshotBlock {
  readonly snapshotId: string;
  readonly index: number;
  /** base64 */
  readonly checksum: string;
}
export interface CompleteSnapshot {
  readonly snapshotId: string;
  readonly changedBlocks: number;
  /** base64 */
  readonly checksum: string;
}

export interface BlockPage {
  readonly blocks: readonly { readonly index: number; readonly token: string }[];
  readonly nextToken: string | undefined;
}
export interface ChangedBlockPage {
  readonly blocks: readonly { readonly index: number; readonly token: string | undefined }[];
  readonly nextToken: string | undefined;
}

/** Credentials as they are at the moment of the call; the access node replaces them while an order runs. */
export type CredentialSource = () => EbsCredentials;
export interface EbsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

/** One call that did not succeed. `code` is AWS's error code, or Node's (`ECONNRESET`), or `Timeout`, `BadAnswer`. */
export class EbsCallError extends Error {
  override readonly name = 'EbsCallError';
  readonly code: string;
  /** HTTP status; 0 if no answer came. */
  readonly status: number;
  /** EBS's own `Reason`, such as UNRELATED_SNAPSHOTS. */
  readonly reason: string | undefined;

  constructor(code: string, status: number, message: string, reason?: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
    this.status = status;
    this.reason = reason;
  }
}
