import { CreateVolumeCommand, type VolumeType } from '@aws-sdk/client-ec2';
import type { TenantVolumes, VolumeRequest } from '../../core/ports/tenant-volumes.ts';
import { required } from './classify.ts';
import { tagSpecifications } from './ec2-tags.ts';
import { volumeFailed } from './ec2-volume-errors.ts';
import { volumePerformance } from './ec2-volume-types.ts';
import type { TenantReach } from './tenant-reach.ts';

const ACTION = 'ec2:CreateVolume';

export const createVolume =
  ({ ec2, call }: TenantReach): TenantVolumes['create'] =>
  async (volume) => {
    try {
      const { VolumeId } = await call(ACTION, () => ec2.send(commandFor(volume)));
      return { volumeId: required(VolumeId, 'VolumeId', ACTION) };
    } catch (error) {
      throw volumeFailed(`${ACTION} from ${volume.snapshotId}`, error);
    }
  };

const commandFor = ({
  snapshotId,
  availabilityZone,
  sizeGiB,
  encryption,
  clientToken,
  tags,
  ...volume
}: VolumeRequest) =>
  new CreateVolumeCommand({
    SnapshotId: snapshotId,
    AvailabilityZone: availabilityZone,
    Size: sizeGiB,
    VolumeType: volume.volumeType as VolumeType,
    ClientToken: clientToken,
    TagSpecifications: tagSpecifications({ volume: tags }),
    ...volumePerformance(volume),
    ...(encryption ? { Encrypted: true } : {}),
    ...(encryption?.kmsKeyId === undefined ? {} : { KmsKeyId: encryption.kmsKeyId }),
  });
