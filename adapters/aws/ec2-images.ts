import {
  type ArchitectureValues,
  type BootModeValues,
  DeregisterImageCommand,
  type DescribeImagesCommandInput,
  type Image,
  paginateDescribeImages,
  RegisterImageCommand,
  type VolumeType,
} from '@aws-sdk/client-ec2';
import { TAG } from '../../core/domain/effect.ts';
import { HoldfastError, LaunchFailed } from '../../core/domain/errors.ts';
import type { ImageRequest, TenantScope } from '../../core/ports/tenant-scope.ts';
import { awsMessage, awsName, required, transientFailure } from './classify.ts';
import { tagSpecifications, tagsOf } from './ec2-tags.ts';
import type { TenantReach } from './tenant-reach.ts';

const ACTION = 'ec2:RegisterImage';
const ABSENT = new Set(['InvalidAMIID.NotFound', 'InvalidAMIID.Unavailable', 'InvalidAMIID.Malformed']);

export const createEc2Images = (reach: TenantReach): TenantScope['images'] => ({
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
  async findByTag(key, value) {
    const images = await findImages(reach, { Filters: [{ Name: `tag:${key}`, Values: [value] }] });
    return images.map(({ ImageId }) => ImageId).filter((id) => id !== undefined);
  },
  deregister: (imageId) =>
    reach.call('ec2:DeregisterImage', async () => {
      try {
        await reach.ec2.send(new DeregisterImageCommand({ ImageId: imageId }));
      } catch (error) {
        if (!ABSENT.has(awsName(error))) throw error;
      }
    }),
});

const findImages = ({ ec2, call }: TenantReach, input: DescribeImagesCommandInput): Promise<Image[]> =>
  call('ec2:DescribeImages', async () => {
    const found: Image[] = [];
    for await (const page of paginateDescribeImages({ client: ec2 }, { Owners: ['self'], ...input })) {
      found.push(...(page.Images ?? []));
    }
    return found;
  });

/** An image's name is its own in an account and region: who finds it taken finds what an earlier try made. */
const adopt = async (reach: TenantReach, { name, tags }: ImageRequest, cause: unknown): Promise<string> => {
  const [image] = await findImages(reach, { Filters: [{ Name: 'name', Values: [name] }] });
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
    BlockDeviceMappings: volumes.map(({ device, snapshotId, volumeType, iops, throughput, deleteOnTermination }) => ({
      DeviceName: device,
      Ebs: {
        SnapshotId: snapshotId,
        VolumeType: volumeType as VolumeType,
        DeleteOnTermination: deleteOnTermination,
        // EC2 describes them for other types too, and refuses to be told them.
        ...(iops !== undefined && ['gp3', 'io1', 'io2'].includes(volumeType) ? { Iops: iops } : {}),
        ...(throughput !== undefined && volumeType === 'gp3' ? { Throughput: throughput } : {}),
      },
    })),
    TagSpecifications: tagSpecifications({ image: tags }),
  });
