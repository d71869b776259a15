import { GIB } from '../block-storage/block-size.ts';
import { Closing } from '../block-storage/turns.ts';
import { AwsError } from '../kernel/errors.ts';
import type { Call } from '../kernel/service.ts';
import type { Ec2 } from './ec2.ts';
import { newEncryption } from './encryption.ts';
import type { Attachment, Encryption, Snapshot, Volume } from './records.ts';
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

/** What a volume will be. A key that the caller can't use shows only later, as on AWS. Writes nothing yet. */
export const prepareVolume = async (ec2: Ec2, call: Call, wish: VolumeWish): Promise<Volume> => {
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
  const key = await volumeKey(ec2, call, wish);
  const licence = wish.licence ?? snapshot?.licence;
  return {
    id,
    accountId: call.accountId,
    region: call.region,
    zone: wish.zone,
    sizeGiB,
    ...kind,
    ...(key.encryption && { encryption: key.encryption }),
    ...(snapshot && { snapshotId: snapshot.id }),
    lineage: snapshot?.lineage ?? ec2.newId('lineage'),
    ...(licence && { licence }),
    state: key.failed ? 'error' : attachment ? 'in-use' : 'creating',
    ...(attachment && { attachment }),
    filling: !key.failed,
    tags: wish.tags,
    createdAt: ec2.now,
    ...(wish.clientToken !== undefined && { clientToken: wish.clientToken, request: wish.request ?? '' }),
  };
};

const volumeKey = async (
  ec2: Ec2,
  call: Call,
  { id, snapshot, encrypted, kmsKeyId }: VolumeWish,
): Promise<{ encryption?: Encryption; failed: boolean }> => {
  if (!encrypted && !snapshot?.encryption) return { failed: false };
  try {
    return { encryption: await newEncryption(ec2, call, id, kmsKeyId, snapshot?.encryption), failed: false };
  } catch (error) {
    if (error instanceof AwsError) return { failed: true };
    throw error;
  }
};

/** Makes a prepared volume, synchronously; its blocks are copied from the snapshot afterwards. */
export const makeVolume = (ec2: Ec2, volume: Volume): void => {
  if (volume.state === 'error') {
    ec2.volumes.put(volume);
    ec2.transitions.after(ec2.settings.volumeDeletionMs, 'volume-gone', volume.id);
    return;
  }
  createFile(ec2, volume, ec2.snapshots.get(volume.snapshotId ?? ''));
  ec2.volumes.put(volume);
  fillNewVolume(ec2, volume.id);
};

/** Copies the snapshot's blocks; the volume is available some time after. Goes on so after a restart, too. */
export const fillNewVolume = (ec2: Ec2, id: string): void => {
  void ec2.storage
    .fill(id, ec2.settings.copyAtOnceBlocks, () => {
      ec2.volumes.change(id, { filling: false });
      ec2.transitions.after(ec2.settings.volumeCreationMs, 'volume-created', id);
    })
    .catch((error: unknown) => {
      if (error instanceof Closing) return;
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
