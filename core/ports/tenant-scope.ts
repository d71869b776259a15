/**
 * Reach into one tenant's account, for one job. It can only be made from a binding, and nothing in it takes an account:
 * who holds a scope cannot name another tenant's. Everything made through it is tagged at creation.
 *
 * Errors: TenantAccessLost (the role or key does not work, or lacks a permission, which the message names),
 * TransientFailure (throttled, timed out, AWS's side), others as noted.
 */
import type { HypervisorId } from '../contracts/ids.ts';
import type { BlockRanges, SessionCredentials } from '../contracts/orders.ts';
import type { AccessKey } from '../domain/access-key.ts';
import type { TenantHypervisor } from '../domain/hypervisor.ts';
import type { InstanceChange, LaunchSettings } from '../domain/instance-settings.ts';
import type { InstanceConfiguration } from '../domain/recovery-point.ts';
import type { LaunchPlaces } from './launch-places.ts';

export interface TenantScopes {
  /**
   * `sourceIdentity` (a job's id, mostly) goes on the session and into the tenant's trail. Errors: TenantAccessLost (also
   * where the access was revoked).
   */
  open(tenant: TenantHypervisor, sourceIdentity: string, access: TenantAccess): Promise<TenantScope>;
}

/**
 * What the session may do: `look` only describes; `survey` describes networks, key pairs and instance types too; `protect` takes and removes snapshots and, with an instance, speaks to
 * its guest through SSM; `retain` removes snapshots; `restore` makes and launches; `replace` also changes instances of the tenant's own (in place, attach); `clean-up`
 * removes what is ours and puts back what was replaced.
 */
export interface TenantAccess {
  readonly to: 'look' | 'survey' | 'protect' | 'retain' | 'restore' | 'replace' | 'clean-up';
  /**
   * Of `replace` and `clean-up`: the one instance of the tenant's own that may be changed. Of `protect`: the one in whose
   * guest commands may be run; absent, in none.
   */
  readonly instanceId?: string;
  /** If not the hypervisor's own. */
  readonly region?: string;
  /** Ends what was begun: open as `clean-up` always is, though the access was revoked. */
  readonly closing?: true;
}

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

export interface DescribedSnapshot {
  readonly snapshotId: string;
  readonly volumeId: string;
  readonly state: 'pending' | 'completed' | 'error';
  readonly sizeGiB: number;
  /** ms since 1970 */
  readonly startedAt: number;
  readonly tags: Readonly<Record<string, string>>;
}

export type Tags = Readonly<Record<string, string>>;

export interface TenantScope {
  readonly tenantId: HypervisorId;

  readonly instances: {
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
  };

  readonly volumes: {
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
  };

  readonly snapshots: {
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
    copyFrom(
      region: string,
      snapshotId: string,
      tags: Tags,
      kmsKeyId?: string,
    ): Promise<{ readonly snapshotId: string }>;
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
  };

  readonly images: {
    register(image: ImageRequest): Promise<{ readonly imageId: string }>;
    /** Undefined if there is none, or none that the account may launch. */
    describe(imageId: string): Promise<DescribedImage | undefined>;
    /** The newest of Amazon's own images of that platform (PlatformDetails) and architecture; undefined if there is none. */
    findDonor(platform: string, architecture: string): Promise<DescribedImage | undefined>;
    findByTag(key: string, value: string): Promise<readonly string[]>;
    /** Idempotent: absent is fine. */
    deregister(imageId: string): Promise<void>;
  };

  /** Of a `survey`. Errors: TenantAccessLost (also where the account has not allowed just that), TransientFailure. */
  readonly places: LaunchPlaces;

  /** The guest, through Systems Manager's agent. */
  readonly guest: {
    /** Whether the agent answers for this instance, and what it says of the guest. */
    agent(instanceId: string): Promise<{ readonly online: boolean; readonly platform?: string }>;
    /** Starts a command document; the id to ask for its result with. Errors: SnapshotFailed (the agent is not there). */
    send(
      instanceId: string,
      document: string,
      parameters: Readonly<Record<string, readonly string[]>>,
      timeoutSeconds: number,
    ): Promise<{ readonly commandId: string }>;
    result(
      commandId: string,
      instanceId: string,
    ): Promise<{ readonly state: 'running' | 'succeeded' | 'failed'; readonly output: string }>;
  };

  /**
   * Everything of the account and region that carries a tag of ours (`holdfast:job`, `holdfast:replaced-by`), page by page;
   * what is gone, or on its way, is left out. A list that cannot be read to its end says so, and the others go on. Whose it is, the tags alone do not say: a tenant may have copied them.
   */
  ours(): AsyncIterable<OursPage>;
}

export interface OursPage {
  readonly things: readonly TaggedThing[];
  /** The list that this page ends could not be read further. */
  readonly failed?: { readonly list: string; readonly error: unknown };
}

export interface TaggedThing {
  readonly kind: 'instance' | 'volume' | 'image' | 'snapshot';
  readonly id: string;
  readonly tags: Tags;
  /** ms since 1970; of an instance when it was started last. */
  readonly createdAt: number;
  /** Of a volume. */
  readonly attachedTo?: string;
  /** Of a volume: it is on its way off the instance that it is attached to. */
  readonly isLeaving?: true;
  /** Of a snapshot, as EC2 says it: of one that was copied or written, an arbitrary one. */
  readonly sourceVolumeId?: string;
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

/** Credentials for one order, narrowed to exactly its snapshots, its tenant's prefix, its attempt's work area. */
export interface OrderSessions {
  /** `write`: StartSnapshot's blocks may be put and completed; else: listed and read. */
  tenant(
    tenant: TenantHypervisor,
    jobId: string,
    snapshotIds: readonly string[],
    mode: 'read' | 'write',
  ): Promise<SessionCredentials>;
  /**
   * `maintain`: under the role that may also delete; writers may not. `lock`: reads, and extends locks. `lockedUntil`: of a
   * writer to a library with a lock: until when (ms since 1970) it must lock all that it writes.
   */
  library(
    serviceId: HypervisorId,
    tenantId: HypervisorId,
    jobId: string,
    mode: 'read' | 'write' | 'maintain' | 'lock',
    lockedUntil?: number,
  ): Promise<SessionCredentials>;
  /** Reads what is the attempt's; writes only what begins with `results`: an order's own results. */
  workArea(jobId: string, attempt: number, results: string): Promise<SessionCredentials>;
}

export interface CredentialCheck {
  /** Who the credentials are; `accountId` is STS's word. Errors: CredentialsRejected (wrong secret, role not assumable). */
  identify(
    auth: TenantAuthInput | { readonly method: 'iam-role' },
    region: string,
  ): Promise<{ readonly accountId: string; readonly arn: string }>;
  /** Whether sessions can be made from a tenant's access key, as jobs make them. Errors: CredentialsRejected. */
  checkSessions(key: AccessKey, region: string): Promise<void>;
}

export type TenantAuthInput =
  | { readonly method: 'assume-role'; readonly roleArn: string; readonly externalId: string }
  | ({ readonly method: 'access-key' } & AccessKey);
