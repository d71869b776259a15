import type { HypervisorId, JobId, RecoveryPointId } from '../contracts/ids.ts';

/** A committed or pending state of one instance, that a restore starts from. Its record in DynamoDB. */
export interface RecoveryPoint {
  readonly recoveryPointId: RecoveryPointId;
  readonly tenantId: HypervisorId;
  readonly instanceId: string;
  readonly kind: 'snapshot' | 'streaming' | 'backup-copy';
  /** `pending` until the instance's head names it; then `available`, idempotently; `abandoned` by cleanup. */
  readonly state: 'pending' | 'available' | 'abandoned';
  readonly jobId: JobId;
  readonly attempt: number;
  /** When the snapshots were taken, ms since 1970. */
  readonly takenAt: number;
  readonly committedAt?: number;
  readonly requestedBy: string;
  /** All that is needed to launch it again. */
  readonly instance: InstanceConfiguration;
  readonly volumes: readonly RecoveryPointVolume[];
  readonly verification?: { readonly at: string; readonly blocks: number; readonly depth: 'sample' | 'full' };
  /** The service hypervisor in whose library it is. */
  readonly serviceId: HypervisorId;
}

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
  readonly tags: Readonly<Record<string, string>>;
}
