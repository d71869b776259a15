/** The instances of the account and region that a scope is of: see TenantScope, also for errors that all methods have. */
import type { InstanceChange, LaunchSettings } from '../domain/instance-settings.ts';
import type { InstanceConfiguration } from '../domain/recovery-point.ts';
import type { Tags } from './tags.ts';

export interface AttachedVolume {
  readonly volumeId: string;
  readonly device: string;
  readonly sizeGiB: number;
  readonly volumeType: string;
  readonly iops?: number;
  readonly throughput?: number;
  readonly encrypted: boolean;
  readonly kmsKeyId?: string;
  readonly deleteOnTermination: boolean;
  readonly tags: Readonly<Record<string, string>>;
}

export interface DescribedInstance {
  readonly configuration: InstanceConfiguration;
  /** EC2's own word: pending, running, stopped, … */
  readonly state: string;
  readonly volumes: readonly AttachedVolume[];
}

export interface TenantInstances {
  /** Every instance of the account and region that is not terminated, with its volumes' ids; all pages. */
  list(): Promise<readonly ListedInstance[]>;
  /** Undefined if there is none of that id in this account and region (a terminated one counts as none). */
  describe(instanceId: string): Promise<DescribedInstance | undefined>;
  /**
   * As `describe`, with all that it takes to launch it again: user data and other settings that only further calls
   * tell. What the account does not let us read is named in the settings' `unreadable`, and is no error.
   */
  describeWhole(instanceId: string): Promise<DescribedInstance | undefined>;
  /** Launches one instance; the same `clientToken` launches none again. Errors: LaunchFailed. */
  launch(launch: LaunchRequest): Promise<{ readonly instanceId: string }>;
  /** One that the job launched, also if it was given protection as it was finished. Idempotent: absent is fine. */
  terminate(instanceId: string): Promise<void>;
  findByTag(key: string, value: string): Promise<readonly string[]>;
  /** Whether the volume at each device goes when the instance is terminated. */
  setDeleteOnTermination(instanceId: string, devices: Readonly<Record<string, boolean>>): Promise<void>;
  /** Sets what is named, and nothing else. Idempotent. Errors: LaunchFailed (EC2 does not take it). */
  change(instanceId: string, change: InstanceChange): Promise<void>;
  /**
   * Asks for it; idempotent. `describe` tells when it has. Errors: InstanceNotFound, LaunchFailed (it may not be, or has
   * no root volume), TransientFailure while it is in a state between.
   */
  stop(instanceId: string): Promise<void>;
  start(instanceId: string): Promise<void>;
}

export interface ListedInstance {
  readonly instanceId: string;
  readonly name?: string;
  readonly state: string;
  readonly platform: string;
  readonly vpcId?: string;
  readonly subnetId?: string;
  readonly availabilityZone: string;
  readonly tags: Tags;
  readonly volumes: readonly { readonly volumeId: string; readonly device: string }[];
}

export interface LaunchRequest {
  readonly imageId: string;
  readonly clientToken: string;
  readonly instanceType: string;
  readonly subnetId?: string;
  readonly securityGroupIds: readonly string[];
  readonly keyName?: string;
  readonly availabilityZone?: string;
  readonly instanceProfileArn?: string;
  readonly instanceTags: Tags;
  readonly volumeTags: Tags;
  /**
   * The volumes at these devices of the image are made encrypted under this key, or under the account's default key,
   * whatever the image's snapshots are (an image cannot name keys; only a launch can).
   */
  readonly encryption?: { readonly devices: readonly string[]; readonly kmsKeyId?: string };
  readonly settings?: LaunchSettings;
}
