import { GIB } from '../../contracts/ids.ts';
import type { RecoveryPointVolume } from '../../domain/recovery-point.ts';
import type { AttachedVolume } from '../../ports/tenant-instances.ts';
import type { DescribedSnapshot } from '../../ports/tenant-snapshots.ts';

/** A volume of a recovery point whose data has not been looked at. */
export const pendingVolume = (snapshot: DescribedSnapshot, volume: AttachedVolume): RecoveryPointVolume => {
  const { volumeId, device, volumeType, iops, throughput, encrypted, kmsKeyId, deleteOnTermination, tags } = volume;
  return {
    volumeId,
    device,
    sizeBytes: snapshot.sizeGiB * GIB,
    level: 'full',
    snapshotId: snapshot.snapshotId,
    dataBlocks: 0,
    zeroBlocks: 0,
    pageDataBlocks: [],
    tags,
    volumeType,
    ...(iops === undefined ? {} : { iops }),
    ...(throughput === undefined ? {} : { throughput }),
    encrypted,
    ...(kmsKeyId === undefined ? {} : { kmsKeyId }),
    deleteOnTermination,
  };
};
