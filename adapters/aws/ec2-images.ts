import {
  type ArchitectureValues,
  type BootModeValues,
  DeregisterImageCommand,
  type ImdsSupportValues,
  RegisterImageCommand,
  type TpmSupportValues,
  type VolumeType,
} from '@aws-sdk/client-ec2';
import { TAG } from '../../core/domain/effect.ts';
import { HoldfastError, LaunchFailed } from '../../core/domain/errors.ts';
import type { ImageRequest, TenantImages } from '../../core/ports/tenant-images.ts';
import { awsMessage, awsName, required, transientFailure } from './classify.ts';
import { findDonorImage } from './ec2-donor-images.ts';
import { describeImage, findImages, NO_IMAGE } from './ec2-find-images.ts';
import { tagSpecifications, tagsOf } from './ec2-tags.ts';
import { volumePerformance } from './ec2-volume-types.ts';
import type { TenantReach } from './tenant-reach.ts';

const ACTION = 'ec2:RegisterImage';

export const createEc2Images = (reach: TenantReach): TenantImages => ({
  async register(image) {
    try {
      const { ImageId } = await reach.call(ACTION, () => reach.ec2.send(registerImage(image)));
      return { imageId: required(ImageId, 'ImageId', ACTION) };
    } catch (error) {
      if (error instanceof HoldfastError) throw error;
      if (awsName(error) === 'InvalidAMIName.Duplicate') return { imageId: await adopt(reach, image, error) };
      throw new LaunchFailed(`${ACTION}: ${awsName(error)} ${awsMessage(error)}`, { cause: error });
    }
  },
  describe: describeImage(reach),
  findDonor: findDonorImage(reach),
  async findByTag(key, value) {
    const images = await findImages(reach, { Owners: ['self'], Filters: [{ Name: `tag:${key}`, Values: [value] }] });
    return images.map(({ ImageId }) => ImageId).filter((id) => id !== undefined);
  },
  deregister: (imageId) =>
    reach.call('ec2:DeregisterImage', async () => {
      try {
        await reach.ec2.send(new DeregisterImageCommand({ ImageId: imageId }));
      } catch (error) {
        if (!NO_IMAGE.has(awsName(error))) throw error;
      }
    }),
});

/** An image's name is its own in an account and region: who finds it taken finds what an earlier try made. */
const adopt = async (reach: TenantReach, { name, tags }: ImageRequest, cause: unknown): Promise<string> => {
  const [image] = await findImages(reach, { Owners: ['self'], Filters: [{ Name: 'name', Values: [name] }] });
  if (image?.ImageId === undefined) throw transientFailure(ACTION, cause);
  if (tagsOf(image.Tags)[TAG.operation] === tags[TAG.operation]) return image.ImageId;
  throw new LaunchFailed(`there is another image named ${name}`, { cause });
};

const registerImage = ({ name, configuration, volumes, tags }: ImageRequest): RegisterImageCommand =>
  new RegisterImageCommand({
    Name: name,
    // Without it EC2 takes i386.
    Architecture: configuration.architecture as ArchitectureValues,
    VirtualizationType: configuration.virtualizationType,
    EnaSupport: configuration.enaSupport,
    RootDeviceName: configuration.rootDeviceName,
    ...(configuration.bootMode === undefined ? {} : { BootMode: configuration.bootMode as BootModeValues }),
    ...(configuration.tpmSupport === undefined ? {} : { TpmSupport: configuration.tpmSupport as TpmSupportValues }),
    ...(configuration.imdsSupport === undefined ? {} : { ImdsSupport: configuration.imdsSupport as ImdsSupportValues }),
    ...(configuration.settings?.uefiData === undefined ? {} : { UefiData: configuration.settings.uefiData }),
    BlockDeviceMappings: volumes.map(({ device, snapshotId, deleteOnTermination, ...volume }) => ({
      DeviceName: device,
      Ebs: {
        SnapshotId: snapshotId,
        VolumeType: volume.volumeType as VolumeType,
        DeleteOnTermination: deleteOnTermination,
        ...volumePerformance(volume),
      },
    })),
    TagSpecifications: tagSpecifications({ image: tags }),
  });
