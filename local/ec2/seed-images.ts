import type { Ec2 } from './ec2.ts';
import { AMAZON_ACCOUNT, type Image } from './records.ts';

const EMPTY_ROOT = 'snap-00000000000000001';

const LINUX = { platformDetails: 'Linux/UNIX', usageOperation: 'RunInstances' };
const WINDOWS = { platformDetails: 'Windows', usageOperation: 'RunInstances:0002' };

/** Amazon's images to test with: the roots are empty. The same in every region. */
export const SEED_IMAGES = {
  linux: 'ami-00000000000000001',
  linuxArm: 'ami-00000000000000002',
  windows: 'ami-00000000000000003',
} as const;

/** Makes amazon's images and the empty 1 GiB snapshot below them, once. */
export const seedImages = (ec2: Ec2): void => {
  if (ec2.images.get(SEED_IMAGES.linux)) return;
  const common = { accountId: AMAZON_ACCOUNT, region: '*', tags: {}, createdAt: Date.UTC(2026, 0, 1) };
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
  const image = (id: string, name: string, more: Partial<Image>): Image => ({
    ...common,
    id,
    name,
    description: `${name} with an empty root`,
    architecture: 'x86_64',
    rootDeviceName: '/dev/xvda',
    mappings: [
      {
        deviceName: '/dev/xvda',
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
  ec2.images.put(image(SEED_IMAGES.linux, 'local-linux-x86_64', { bootMode: 'uefi-preferred', imdsSupport: 'v2.0' }));
  ec2.images.put(image(SEED_IMAGES.linuxArm, 'local-linux-arm64', { architecture: 'arm64', bootMode: 'uefi' }));
  ec2.images.put(
    image(SEED_IMAGES.windows, 'local-windows-x86_64', {
      licence: WINDOWS,
      rootDeviceName: '/dev/sda1',
      mappings: [
        {
          deviceName: '/dev/sda1',
          ebs: { snapshotId: EMPTY_ROOT, sizeGiB: 1, volumeType: 'gp3', deleteOnTermination: true },
        },
      ],
    }),
  );
};
