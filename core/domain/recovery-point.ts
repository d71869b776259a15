import type { HypervisorId, JobId, PlanId, RecoveryPointId } from '../contracts/ids.ts';
import type { InstanceSettings } from './instance-settings.ts';

/** A committed or pending state of one instance, that a restore starts from. Its record in DynamoDB. */
export interface RecoveryPoint {
  readonly recoveryPointId: RecoveryPointId;
  readonly tenantId: HypervisorId;
  readonly instanceId: string;
  readonly kind: 'snapshot' | 'streaming' | 'backup-copy';
  /** `pending` until the instance's head names it; then `available`, idempotently; `abandoned` by cleanup; `expired` by retention. */
  readonly state: 'pending' | 'available' | 'abandoned' | 'expired';
  readonly jobId: JobId;
  /** The one that fills it, or has. */
  readonly attempt: number;
  /** The attempt that knows all of its data: nothing plans it anew after that. */
  readonly filledBy?: number;
  /** Of a pending one: the attempt that was suspended while it filled it. Only then may a later attempt go on with it. */
  readonly keptBy?: number;
  /** When this record was made, before any of its data was; absent in those of earlier versions. */
  readonly createdAt?: number;
  /** When the snapshots were taken, ms since 1970. */
  readonly takenAt: number;
  readonly committedAt?: number;
  readonly requestedBy: string;
  /** All that is needed to launch it again. */
  readonly instance: InstanceConfiguration;
  readonly volumes: readonly RecoveryPointVolume[];
  readonly verification?: { readonly at: string; readonly blocks: number; readonly depth: 'sample' | 'full' };
  /** The service hypervisor in whose library it is; of a snapshot, the one that took it. */
  readonly serviceId: HypervisorId;
  /** Whose retention it is under; absent: kept until it is deleted by hand. */
  readonly planId?: PlanId;
  /** Of a backup copy: the snapshot that it is the copy of. */
  readonly copyOf?: RecoveryPointId;
  /** Of a snapshot: its copy in the library, once that is committed. */
  readonly copiedTo?: RecoveryPointId;
  readonly consistency?: { readonly kind: 'crash' | 'application'; readonly reason?: string };
  /** Retention leaves it alone as long as it is there. */
  readonly legalHold?: {
    readonly since: number;
    readonly by: string;
    /** Whose hold it is: what the provider holds, a tenant cannot lift. */
    readonly heldBy: 'operator' | 'tenant';
    readonly reason: string;
  };
  /** Its data is kept from everybody until then (ms since 1970), and retention removes nothing of it before. */
  readonly lockedUntil?: number;
  readonly expiredAt?: number;
  /** When its data was removed: of a snapshot by retention, of one in a library (also if it was abandoned) by prune. */
  readonly dataRemovedAt?: number;
  /** Volumes of which a check or repair found blocks lost: what is taken from them for the next point is lost too. */
  readonly lostVolumes?: readonly string[];
  /** Its snapshots in another region, in the order of `volumes`. */
  readonly regionCopy?: {
    readonly region: string;
    readonly state: 'copying' | 'completed' | 'failed';
    readonly snapshotIds: readonly string[];
    readonly reason?: string;
  };
}

/** What is known of a point without its volumes, which take most of the time to read. */
export type PointOutline = Omit<RecoveryPoint, 'volumes'>;

export interface RecoveryPointVolume {
  readonly volumeId: string;
  readonly device: string;
  readonly sizeBytes: number;
  readonly level: 'full' | 'incremental';
  /** Why a full was taken where an incremental was wanted. */
  readonly levelReason?: string;
  readonly snapshotId: string;
  readonly baseSnapshotId?: string;
  readonly parentPointId?: RecoveryPointId;
  readonly dataBlocks: number;
  readonly zeroBlocks: number;
  /** Data blocks per map page (2 GiB): what a restore plans its segments by. */
  readonly pageDataBlocks: readonly number[];
  readonly tags: Readonly<Record<string, string>>;
  readonly volumeType: string;
  readonly iops?: number;
  readonly throughput?: number;
  readonly encrypted: boolean;
  readonly kmsKeyId?: string;
  readonly deleteOnTermination: boolean;
}

export interface InstanceConfiguration {
  readonly instanceId: string;
  readonly name?: string;
  readonly instanceType: string;
  readonly architecture: string;
  readonly bootMode?: string;
  readonly enaSupport: boolean;
  /** EC2's PlatformDetails: `Linux/UNIX`, `Windows`, `Red Hat Enterprise Linux`, … */
  readonly platform: string;
  readonly virtualizationType: string;
  readonly rootDeviceName: string;
  readonly availabilityZone: string;
  readonly subnetId?: string;
  readonly vpcId?: string;
  readonly securityGroupIds: readonly string[];
  readonly keyName?: string;
  readonly instanceProfileArn?: string;
  readonly imageId: string;
  readonly tpmSupport?: string;
  readonly imdsSupport?: string;
  /** Absent in a point of before they were recorded, and where an instance is only looked at. */
  readonly settings?: InstanceSettings;
  readonly tags: Readonly<Record<string, string>>;
}
