import type { Ec2 } from './ec2.ts';
import { AMAZON_ACCOUNT, type Image, type Licence } from './records.ts';

const EMPTY_ROOT = 'snap-00000000000000001';

/** As AWS lists them: what a licence bills is told by the usage operation. */
const LINUX: Licence = { platformDetails: 'Linux/UNIX', usageOperation: 'RunInstances' };
const RED_HAT: Licence = { platformDetails: 'Red Hat Enterprise Linux', usageOperation: 'RunInstances:0010' };
const SUSE: Licence = { platformDetails: 'SUSE Linux', usageOperation: 'RunInstances:000g' };
const WINDOWS: Licence = { platformDetails: 'Windows', usageOperation: 'RunInstances:0002' };
const WINDOWS_SQL: Licence = {
  platformDetails: 'Windows with SQL Server Standard',
  usageOperation: 'RunInstances:0006',
};

/** Who publishes images: accounts of their own, all under the alias `amazon`. */
const RED_HAT_ACCOUNT = '309956199498';
const SUSE_ACCOUNT = '013907871322';
const WINDOWS_ACCOUNT = '801119661308';

/** Amazon's images to test with: the roots are empty. The same in every region. */
export const SEED_IMAGES = {
  linux: 'ami-00000000000000001',
  linuxArm: 'ami-00000000000000002',
  windows: 'ami-00000000000000003',
  windows2019: 'ami-00000000000000004',
  windowsSql: 'ami-00000000000000005',
  redHat: 'ami-00000000000000006',
  suse: 'ami-00000000000000007',
} as const;

/** Makes amazon's images and the empty 1 GiB snapshot below them, where they are not there yet. */
export const seedImages = (ec2: Ec2): void => {
  const common = { accountId: AMAZON_ACCOUNT, region: '*', tags: {}, createdAt: Date.UTC(2026, 0, 1) };
  if (!ec2.snapshots.get(EMPTY_ROOT)) {
    ec2.storage.manifests.make(EMPTY_ROOT, undefined, new Map(), EMPTY_ROOT);
    ec2.snapshots.put({
      ...common,
      id: EMPTY_ROOT,
      volumeId: 'vol-ffffffff',
      sizeGiB: 1,
      state: 'completed',
      completedAt: common.createdAt,
      description: 'An empty root',
      sharedWith: [],
      isPublic: true,
      lineage: 'amazon',
      manifest: EMPTY_ROOT,
      origin: 'copy',
      freezing: false,
    });
  }
  const put = (
    id: string,
    name: string,
    { root = '/dev/xvda', ...more }: Partial<Image> & { readonly root?: string },
  ): void => {
    if (ec2.images.get(id)) return;
    ec2.images.put({
      ...common,
      id,
      name,
      description: `${name} with an empty root`,
      architecture: 'x86_64',
      rootDeviceName: root,
      mappings: [
        {
          deviceName: root,
          ebs: { snapshotId: EMPTY_ROOT, sizeGiB: 1, volumeType: 'gp3', deleteOnTermination: true },
        },
      ],
      virtualizationType: 'hvm',
      enaSupport: true,
      isPublic: true,
      licence: LINUX,
      state: 'available',
      ...more,
    });
  };
  put(SEED_IMAGES.linux, 'al2023-ami-2023.10.20260105.0-kernel-6.1-x86_64', {
    bootMode: 'uefi-preferred',
    imdsSupport: 'v2.0',
  });
  put(SEED_IMAGES.linuxArm, 'al2023-ami-2023.10.20260105.0-kernel-6.1-arm64', {
    architecture: 'arm64',
    bootMode: 'uefi',
  });
  const windows = { accountId: WINDOWS_ACCOUNT, licence: WINDOWS, root: '/dev/sda1' };
  put(SEED_IMAGES.windows, 'Windows_Server-2022-English-Full-Base-2025.12.10', windows);
  put(SEED_IMAGES.windows2019, 'Windows_Server-2019-English-Full-Base-2025.11.12', {
    ...windows,
    createdAt: Date.UTC(2025, 10, 12),
  });
  put(SEED_IMAGES.windowsSql, 'Windows_Server-2022-English-Full-SQL_2022_Standard-2025.12.10', {
    ...windows,
    licence: WINDOWS_SQL,
  });
  put(SEED_IMAGES.redHat, 'RHEL-9.6.0_HVM-20251208-x86_64-0-Hourly2-GP3', {
    accountId: RED_HAT_ACCOUNT,
    licence: RED_HAT,
    root: '/dev/sda1',
    bootMode: 'uefi-preferred',
  });
  put(SEED_IMAGES.suse, 'suse-sles-15-sp7-v20251210-hvm-ssd-x86_64', {
    accountId: SUSE_ACCOUNT,
    licence: SUSE,
    root: '/dev/sda1',
    bootMode: 'uefi-preferred',
  });
};
