/** The snapshots of the account and region that a scope is of: see TenantScope, also for errors that all methods have. */
import type { BlockRanges } from '../contracts/order-work.ts';
import type { Tags } from './tags.ts';

export interface DescribedSnapshot {
  readonly snapshotId: string;
  readonly volumeId: string;
  readonly state: 'pending' | 'completed' | 'error';
  readonly sizeGiB: number;
  /** ms since 1970 */
  readonly startedAt: number;
  readonly tags: Readonly<Record<string, string>>;
}

export interface TenantSnapshots {
  /**
   * Crash-consistent over the instance's volumes, at one instant. Called again with the same `holdfast:operation` tag it
   * answers the set that was made first, and removes a second one. Errors: SnapshotFailed, InstanceNotFound.
   */
  createForInstance(
    instanceId: string,
    excludeVolumeIds: readonly string[],
    tags: Tags,
  ): Promise<readonly DescribedSnapshot[]>;
  /** Those that exist, in no order. */
  describe(snapshotIds: readonly string[]): Promise<readonly DescribedSnapshot[]>;
  findByTag(key: string, value: string): Promise<readonly DescribedSnapshot[]>;
  /**
   * Copies a snapshot of the same account from another region into the scope's; called again with the same
   * `holdfast:operation` tag it answers the copy that was made first. Errors: SnapshotFailed.
   */
  copyFrom(region: string, snapshotId: string, tags: Tags, kmsKeyId?: string): Promise<{ readonly snapshotId: string }>;
  /** Deletes one of ours (it carries our tags; another is refused). Idempotent: absent is fine. */
  delete(snapshotId: string): Promise<void>;
  /**
   * An empty pending snapshot to be filled through EBS direct; the same `clientToken` makes none again. Encrypted under
   * the key named, or under the account's default key; not encrypted by us if `encryption` is absent.
   */
  start(
    sizeGiB: number,
    clientToken: string,
    tags: Tags,
    encryption?: { readonly kmsKeyId?: string },
  ): Promise<{ readonly snapshotId: string }>;
  /**
   * The blocks that differ between two snapshots of one volume, from `startBlock` on; at most about `limit` of them.
   * `next` is the block index to go on with, absent at the end. Errors: UnrelatedSnapshots.
   */
  changedBlocks(
    baseSnapshotId: string,
    snapshotId: string,
    startBlock: number,
    limit: number,
  ): Promise<{ readonly ranges: BlockRanges; readonly next?: number }>;
}
