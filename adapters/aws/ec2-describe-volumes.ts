import { type DescribeVolumesCommandInput, paginateDescribeVolumes, type Volume } from '@aws-sdk/client-ec2';
import type { DescribedVolume } from '../../core/ports/tenant-volumes.ts';
import { required } from './classify.ts';
import { FILTER_VALUES } from './ec2-filters.ts';
import { tagsOf } from './ec2-tags.ts';
import type { TenantReach } from './tenant-reach.ts';

const ACTION = 'ec2:DescribeVolumes';

/** All pages. */
export const allVolumes = ({ ec2, call }: TenantReach, input: DescribeVolumesCommandInput): Promise<Volume[]> =>
  call(ACTION, async () => {
    const found: Volume[] = [];
    for await (const page of paginateDescribeVolumes({ client: ec2 }, input)) found.push(...(page.Volumes ?? []));
    return found;
  });

export const findVolumes = async (reach: TenantReach, input: DescribeVolumesCommandInput): Promise<DescribedVolume[]> =>
  (await allVolumes(reach, input)).map(describedVolume);

/** Those that exist. */
export const volumesById = async (reach: TenantReach, volumeIds: readonly string[]): Promise<DescribedVolume[]> => {
  const found: DescribedVolume[] = [];
  for (let at = 0; at < volumeIds.length; at += FILTER_VALUES) {
    // A filter and not VolumeIds: those fail as a whole if one of them is gone.
    const Values = volumeIds.slice(at, at + FILTER_VALUES);
    found.push(...(await findVolumes(reach, { Filters: [{ Name: 'volume-id', Values }] })));
  }
  return found;
};

const describedVolume = (volume: Volume): DescribedVolume => {
  // Volumes that several instances share (multi-attach) are not restored; the first attachment is the only one.
  const [attachment] = (volume.Attachments ?? []).filter(({ State }) => State !== 'detached');
  return {
    volumeId: required(volume.VolumeId, 'VolumeId', ACTION),
    state: required(volume.State, 'State', ACTION),
    sizeGiB: required(volume.Size, 'Size', ACTION),
    availabilityZone: required(volume.AvailabilityZone, 'AvailabilityZone', ACTION),
    tags: tagsOf(volume.Tags),
    ...(attachment
      ? {
          attachment: {
            instanceId: required(attachment.InstanceId, 'Attachments.InstanceId', ACTION),
            device: required(attachment.Device, 'Attachments.Device', ACTION),
            state: required(attachment.State, 'Attachments.State', ACTION),
          },
        }
      : {}),
  };
};
