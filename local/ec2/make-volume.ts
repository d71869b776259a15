import { GIB } from '../block-storage/block-size.ts';
import { AwsError } from '../kernel/errors.ts';
import type { Call } from '../kernel/service.ts';
import type { Ec2 } from './ec2.ts';
import { newEncryption } from './encryption.ts';
import type { Attachment, Snapshot, Volume } from './records.ts';
import type { Tags } from './tags.ts';
import { checkVolumeKind } from './volume-kinds.ts';

export interface VolumeWish {
  readonly id: string;
  readonly zone: string;
  readonly snapshot?: Snapshot | undefined;
  readonly sizeGiB?: number | undefined;
  readonly volumeType?: string | undefined;
  readonly iops?: number | undefined;
  readonly throughput?: number | undefined;
  readonly encrypted?: boolean | undefined;
  readonly kmsKeyId?: string | undefined;
  readonly tags: Tags;
  readonly licence?: Volume['licence'] | undefined;
  readonly attachment?: Attachment;
  readonly clientToken?: string | undefined;
  readonly request?: string;
}

/** The size that a volume will have. Throws if the request makes no sense. */
export const volumeSize = ({ sizeGiB, snapshot }: Pick<VolumeWish, 'sizeGiB' | 'snapshot'>): number => {
  const size = sizeGiB ?? snapshot?.sizeGiB;
  if (size === undefined)
    throw new AwsError('MissingParameter', 'The request must contain the parameter size/snapshotId');
  if (snapshot && size < snapshot.sizeGiB) {
    const what = `Size of volume is less than snapshot '${snapshot.id}' size: ${size} < ${snapshot.sizeGiB}`;
    throw new AwsError('InvalidParameterValue', what);
  }
  return size;
};

/** Makes a volume: from a snapshot if there is one. A key that the caller can't use shows only later, as on AWS. */
export const makeVolume = async (ec2: Ec2, call: Call, wish: VolumeWish): Promise<Volume> => {
  const { id, snapshot, attachment } = wish;
  if (snapshot && snapshot.state !== 'completed') {
    throw new AwsError('IncorrectState', `Snapshot '${snapshot.id}' is not in the 'completed' state.`);
  }
  const sizeGiB = volumeSize(wish);
  const kind = checkVolumeKind({ ...wish, sizeGiB });
  if (wish.kmsKeyId !== undefined && wish.encrypted !== true && !snapshot?.encryption) {
    const what = 'The parameter KmsKeyId requires the parameter Encrypted to be set.';
    throw new AwsError('InvalidParameterDependency', what);
  }
  let keyFailed = false;
  const encryption =
    wish.encrypted || snapshot?.encryption
      ? await newEncryption(ec2, call, id, wish.kmsKeyId, snapshot?.encryption).catch((error: unknown) => {
          if (!(error instanceof AwsError)) throw error;
          keyFailed = true;
          return undefined;
        })
      : undefined;
  const licence = wish.licence ?? snapshot?.licence;
  const volume: Volume = {
    id,
    accountId: call.accountId,
    region: call.region,
    zone: wish.zone,
    sizeGiB,
    ...kind,
    ...(encryption && { encryption }),
    ...(snapshot && { snapshotId: snapshot.id }),
    lineage: snapshot?.lineage ?? ec2.newId('lineage'),
    ...(licence && { licence }),
    state: keyFailed ? 'error' : attachment ? 'in-use' : 'creating',
    ...(attachment && { attachment }),
    filling: !keyFailed,
    tags: wish.tags,
    createdAt: ec2.now,
    ...(wish.clientToken !== undefined && { clientToken: wish.clientToken, request: wish.request ?? '' }),
  };
  if (keyFailed) {
    ec2.volumes.put(volume);
    ec2.transitions.after(ec2.settings.volumeDeletionMs, 'volume-gone', id);
    return volume;
  }
  createFile(ec2, volume, snapshot);
  ec2.volumes.put(volume);
  fillNewVolume(ec2, id);
  return ec2.volumes.get(id) ?? volume;
};

/** Copies the snapshot's blocks; the volume is available some time after. Goes on so after a restart, too. */
export const fillNewVolume = (ec2: Ec2, id: string): void => {
  void ec2.storage
    .fill(id, () => {
      ec2.volumes.change(id, { filling: false });
      ec2.transitions.after(ec2.settings.volumeCreationMs, 'volume-created', id);
    })
    .catch((error: unknown) => {
      console.error(`volume ${id} could not be filled:`, error);
      ec2.volumes.change(id, { state: 'error', filling: false });
    });
};

const createFile = (ec2: Ec2, volume: Volume, snapshot: Snapshot | undefined): void => {
  try {
    ec2.storage.volumes.create(volume.id, volume.sizeGiB * GIB, snapshot?.manifest);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EFBIG') throw error;
    // Not AWS's: ext4, for one, ends at 16 TiB.
    throw new AwsError('UnsupportedOperation', `This disk's file system can't hold a file of ${volume.sizeGiB} GiB.`);
  }
};
