/** The images of the account and region that a scope is of: see TenantScope, also for errors that all methods have. */
import type { InstanceConfiguration } from '../domain/recovery-point.ts';
import type { Tags } from './tags.ts';

export interface TenantImages {
  register(image: ImageRequest): Promise<{ readonly imageId: string }>;
  /** Undefined if there is none, or none that the account may launch. */
  describe(imageId: string): Promise<DescribedImage | undefined>;
  /** The newest of Amazon's own images of that platform (PlatformDetails) and architecture; undefined if there is none. */
  findDonor(platform: string, architecture: string): Promise<DescribedImage | undefined>;
  findByTag(key: string, value: string): Promise<readonly string[]>;
  /** Idempotent: absent is fine. */
  deregister(imageId: string): Promise<void>;
}

export interface DescribedImage {
  readonly imageId: string;
  readonly name: string;
  readonly platform: string;
  readonly architecture: string;
  readonly rootDeviceName: string;
}

export interface ImageRequest {
  readonly name: string;
  readonly configuration: InstanceConfiguration;
  readonly volumes: readonly {
    readonly device: string;
    readonly snapshotId: string;
    readonly volumeType: string;
    readonly iops?: number;
    readonly throughput?: number;
    readonly deleteOnTermination: boolean;
  }[];
  readonly tags: Tags;
}
