import type { Filter } from '@aws-sdk/client-ec2';
import type { TenantImages } from '../../core/ports/tenant-images.ts';
import { describedImage, findImages } from './ec2-find-images.ts';
import type { TenantReach } from './tenant-reach.ts';

/**
 * DescribeImages has no filter for PlatformDetails, and Amazon's images are tens of thousands: names as their publishers
 * give them narrow the search, and PlatformDetails decides. Of other platforms all are looked through.
 */
const NAMES: readonly { readonly platform: RegExp; readonly name: string }[] = [
  { platform: /^Windows with SQL Server/, name: 'Windows_Server-*-English-Full-SQL_*' },
  { platform: /^Windows/, name: 'Windows_Server-*-English-Full-Base-*' },
  { platform: /^Red Hat/, name: 'RHEL*' },
  { platform: /^SUSE/, name: 'suse-sles*' },
  { platform: /^Ubuntu Pro/, name: 'ubuntu-pro*' },
];

/** Red Hat's, SUSE's and Microsoft's images are published under the alias `amazon` too. */
export const findDonorImage =
  (reach: TenantReach): TenantImages['findDonor'] =>
  async (platform, architecture) => {
    const name = NAMES.find((each) => each.platform.test(platform))?.name;
    const Filters: Filter[] = [
      { Name: 'architecture', Values: [architecture] },
      { Name: 'state', Values: ['available'] },
      { Name: 'root-device-type', Values: ['ebs'] },
      { Name: 'virtualization-type', Values: ['hvm'] },
      ...(name === undefined ? [] : [{ Name: 'name', Values: [name] }]),
      ...(platform.startsWith('Windows') ? [{ Name: 'platform', Values: ['windows'] }] : []),
    ];
    const images = await findImages(reach, { Owners: ['amazon'], Filters });
    const [newest] = images
      .filter(({ PlatformDetails }) => PlatformDetails === platform)
      // ISO dates sort as text.
      .sort((a, b) => ((a.CreationDate ?? '') < (b.CreationDate ?? '') ? 1 : -1));
    return newest && describedImage(newest);
  };
