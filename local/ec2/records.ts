/** What EC2 remembers. Times are milliseconds since 1970, sizes GiB where the name says so. */
export interface Resource {
  readonly id: string;
  readonly accountId: string;
  /** `*`: a resource of amazon's that is the same in every region. */
  readonly region: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly createdAt: number;
}

/** The encrypted data key of a volume or snapshot, and what it is bound to. */
export interface DataKey {
  /** Base64. */
  readonly blob: string;
  readonly boundTo: string;
}

/** What an image's licence says; it travels from image to volume to snapshot, and is lost in EBS direct. */
export interface Licence {
  readonly platformDetails: string;
  readonly usageOperation: string;
}

export interface Encryption {
  /** ARN. */
  readonly kmsKeyId: string;
  /** The account's own `aws/ebs` key: cannot be shared. */
  readonly isDefaultKey: boolean;
  readonly dataKey: DataKey;
}

export interface Attachment {
  readonly instanceId: string;
  readonly device: string;
  readonly state: 'attaching' | 'attached' | 'detaching';
  readonly attachedAt: number;
  readonly deleteOnTermination: boolean;
}

export interface Volume extends Resource {
  readonly zone: string;
  readonly sizeGiB: number;
  readonly volumeType: string;
  readonly iops?: number;
  readonly throughput?: number;
  readonly encryption?: Encryption;
  readonly snapshotId?: string;
  readonly lineage: string;
  readonly licence?: Licence;
  readonly state: 'creating' | 'available' | 'in-use' | 'deleting' | 'error';
  readonly attachment?: Attachment;
  /** Its blocks are still being copied from the snapshot. */
  readonly filling: boolean;
  readonly clientToken?: string;
  /** Hash of the request that the client token was given with. */
  readonly request?: string;
}

/** A snapshot that is written through EBS direct, while it is pending. */
export interface DirectWrite {
  readonly timeoutMinutes: number;
  readonly lastWriteAt: number;
  readonly parentSnapshotId?: string;
  /** The manifest that holds the parent's blocks; needed even if the parent is deleted meanwhile. */
  readonly parentManifest?: string;
  /** CompleteSnapshot was accepted: nothing more may be written. */
  readonly sealed: boolean;
}

export interface Snapshot extends Resource {
  readonly volumeId: string;
  readonly sizeGiB: number;
  readonly state: 'pending' | 'completed' | 'error';
  readonly stateMessage?: string;
  readonly completesAt?: number;
  readonly completedAt?: number;
  readonly description: string;
  readonly encryption?: Encryption;
  readonly sharedWith: readonly string[];
  readonly isPublic: boolean;
  /** Snapshots of one lineage can be compared block by block. */
  readonly lineage: string;
  /** Which manifest holds its blocks: its own id, or that of the snapshot it is a copy of. */
  readonly manifest: string;
  readonly licence?: Licence;
  readonly origin: 'volume' | 'copy' | 'direct';
  /** Its blocks are still being copied from the volume. */
  readonly freezing: boolean;
  readonly direct?: DirectWrite;
  readonly clientToken?: string;
  readonly request?: string;
}

export interface ImageMapping {
  readonly deviceName: string;
  readonly ebs?: {
    readonly snapshotId?: string;
    readonly sizeGiB?: number;
    readonly volumeType?: string;
    readonly iops?: number;
    readonly throughput?: number;
    readonly deleteOnTermination?: boolean;
    readonly encrypted?: boolean;
  };
  readonly virtualName?: string;
}

export interface Image extends Resource {
  readonly name: string;
  readonly description?: string;
  readonly architecture: string;
  readonly rootDeviceName: string;
  readonly mappings: readonly ImageMapping[];
  readonly virtualizationType: string;
  readonly bootMode?: string;
  readonly enaSupport: boolean;
  readonly sriovNetSupport?: string;
  readonly tpmSupport?: string;
  readonly imdsSupport?: string;
  readonly uefiData?: string;
  readonly isPublic: boolean;
  readonly licence: Licence;
  readonly state: 'available' | 'pending' | 'deregistered';
}

export type InstanceStateName = 'pending' | 'running' | 'stopping' | 'stopped' | 'shutting-down' | 'terminated';

export interface Instance extends Resource {
  readonly reservationId: string;
  readonly imageId: string;
  readonly instanceType: string;
  readonly state: InstanceStateName;
  /** Why it came to be terminated without anybody's wish. */
  readonly failure?: { readonly code: string; readonly message: string };
  readonly stateReason?: { readonly code: string; readonly message: string };
  readonly transitionReason: string;
  readonly launchedAt: number;
  readonly zone: string;
  readonly subnetId: string;
  readonly vpcId: string;
  readonly securityGroupIds: readonly string[];
  readonly privateIp: string;
  readonly networkInterfaceId: string;
  readonly networkInterfaceDescription?: string;
  /** All but the first. They live and go with the instance. */
  readonly furtherInterfaces?: readonly FurtherInterface[];
  readonly keyName?: string;
  readonly profileArn?: string;
  readonly userData?: string;
  readonly rootDeviceName: string;
  readonly architecture: string;
  readonly virtualizationType: string;
  readonly bootMode?: string;
  readonly tpmSupport?: string;
  readonly uefiData?: string;
  readonly enaSupport: boolean;
  readonly sriovNetSupport?: string;
  readonly ebsOptimized: boolean;
  readonly monitoring: boolean;
  readonly hibernation?: boolean;
  /** As told at its launch; of another type than the instance now has, of no effect any more. */
  readonly cpu?: { readonly of: string; readonly coreCount: number; readonly threadsPerCore: number };
  readonly credits?: string;
  readonly disableApiTermination: boolean;
  readonly disableApiStop: boolean;
  readonly shutdownBehavior: 'stop' | 'terminate';
  readonly tenancy: string;
  readonly sourceDestCheck: boolean;
  readonly metadataOptions: Readonly<Record<string, string>>;
  readonly licence: Licence;
  readonly clientToken?: string;
  readonly request?: string;
}

export interface FurtherInterface {
  readonly id: string;
  readonly deviceIndex: number;
  readonly subnetId: string;
  readonly securityGroupIds: readonly string[];
  readonly privateIp: string;
  readonly description: string;
}

export const AMAZON_ACCOUNT = '137112412989';
