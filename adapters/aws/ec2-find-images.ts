import { type DescribeImagesCommandInput, type Image, paginateDescribeImages } from '@aws-sdk/client-ec2';
import type { DescribedImage, TenantImages } from '../../core/ports/tenant-images.ts';
import { awsName, required } from './classify.ts';
import type { TenantReach } from './tenant-reach.ts';

const ACTION = 'ec2:DescribeImages';

/** Of an image that is gone, not shared with the account any more, or never was. */
export const NO_IMAGE: ReadonlySet<string> = new Set([
  'InvalidAMIID.NotFound',
  'InvalidAMIID.Unavailable',
  'InvalidAMIID.Malformed',
]);

/** All pages. */
export const findImages = ({ ec2, call }: TenantReach, input: DescribeImagesCommandInput): Promise<Image[]> =>
  call(ACTION, async () => {
    const found: Image[] = [];
    for await (const page of paginateDescribeImages({ client: ec2 }, input)) found.push(...(page.Images ?? []));
    return found;
  });

export const describeImage =
  (reach: TenantReach): TenantImages['describe'] =>
  async (imageId) => {
    try {
      const [image] = await findImages(reach, { ImageIds: [imageId] });
      return image?.State === 'available' ? describedImage(image) : undefined;
    } catch (error) {
      if (NO_IMAGE.has(awsName(error))) return undefined;
      throw error;
    }
  };

export const describedImage = (image: Image): DescribedImage => ({
  imageId: required(image.ImageId, 'ImageId', ACTION),
  name: image.Name ?? '',
  platform: image.PlatformDetails ?? 'Linux/UNIX',
  architecture: required(image.Architecture, 'Architecture', ACTION),
  rootDeviceName: required(image.RootDeviceName, 'RootDeviceName', ACTION),
});
