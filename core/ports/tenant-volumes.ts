/** The volumes of the account and region that a scope is of: see TenantScope, also for errors that all methods have. */
import type { Tags } from './tags.ts';

export interface TenantVolumes {
  /** Of the account and region by id, in no order; those that do not exist are left out. */
  describe(volumeIds: readonly string[]): Promise<readonly DescribedVolume[]>;
  findByTag(key: string, value: string): Promise<readonly DescribedVolume[]>;
  /** A volume filled from a snapshot; the same `clientToken` makes none again. Errors: VolumeFailed. */
  create(volume: VolumeRequest): Promise<{ readonly volumeId: string }>;
  /**
   * Asks for it; fine if it is attached there already. Takes the mark off that `detach` has set. Errors: VolumeFailed;
   * TransientFailure while the volume or the instance is just changing its state.
   */
  attach(volumeId: string, instanceId: string, device: string): Promise<void>;
  /**
   * Asks for it; fine if it is not attached there. What the job did not make is marked `holdfast:replaced-by` = the job
   * first: only what has this mark may be deleted or put back. Errors: VolumeFailed.
   */
  detach(volumeId: string, instanceId: string): Promise<void>;
  /**
   * Deletes a volume that the job made or replaced (see `detach`); idempotent: absent is fine. Errors: VolumeFailed (it
   * is in use), TransientFailure (it is just being detached), TenantAccessLost (another volume).
   */
  delete(volumeId: string): Promise<void>;
  /** Adds tags to a volume that one of our restores made (it carries our tags; another is refused). */
  tag(volumeId: string, tags: Tags): Promise<void>;
}

export interface DescribedVolume {
  readonly volumeId: string;
  /** EC2's own word: creating, available, in-use, deleting, error. */
  readonly state: string;
  readonly sizeGiB: number;
  readonly availabilityZone: string;
  readonly tags: Tags;
  readonly attachment?: { readonly instanceId: string; readonly device: string; readonly state: string };
}

export interface VolumeRequest {
  readonly snapshotId: string;
  readonly availabilityZone: string;
  readonly sizeGiB: number;
  readonly volumeType: string;
  readonly iops?: number;
  readonly throughput?: number;
  /** Encrypt under the key named, or the account's default key; absent: as the snapshot is. */
  readonly encryption?: { readonly kmsKeyId?: string };
  readonly clientToken: string;
  readonly tags: Tags;
}
