import type { Call } from '../kernel/service.ts';
import { anywhere } from './access.ts';
import type { Ec2 } from './ec2.ts';
import { ec2Operation } from './ec2-operation.ts';
import { type FilterKeys, passes } from './filters.ts';
import { checkId, imageNotFound } from './find.ts';
import { pageOf } from './paging.ts';
import type { Image } from './records.ts';
import { iso } from './render.ts';
import { bool, filters, int, text, texts } from './schema.ts';
import { tagSet } from './tags.ts';
import { visible } from './visible.ts';

const KEYS: FilterKeys<Image> = {
  'image-id': ({ id }) => [id],
  name: ({ name }) => [name],
  description: ({ description }) => [description],
  architecture: ({ architecture }) => [architecture],
  state: ({ state }) => [state],
  'manifest-location': (image) => [locationOf(image)],
  'owner-id': ({ accountId }) => [accountId],
  'owner-alias': ({ isPublic }) => [isPublic ? 'amazon' : undefined],
  'is-public': ({ isPublic }) => [String(isPublic)],
  'image-type': () => ['machine'],
  platform: ({ licence }) => [licence.platformDetails.startsWith('Windows') ? 'windows' : undefined],
  'platform-details': ({ licence }) => [licence.platformDetails],
  'usage-operation': ({ licence }) => [licence.usageOperation],
  'root-device-name': ({ rootDeviceName }) => [rootDeviceName],
  'root-device-type': () => ['ebs'],
  'virtualization-type': ({ virtualizationType }) => [virtualizationType],
  'ena-support': ({ enaSupport }) => [String(enaSupport)],
  'boot-mode': ({ bootMode }) => [bootMode],
  'block-device-mapping.snapshot-id': ({ mappings }) => mappings.map(({ ebs }) => ebs?.snapshotId),
};

export const describeImages = (ec2: Ec2) =>
  ec2Operation({
    name: 'DescribeImages',
    input: {
      ImageId: texts.optional(),
      Owner: texts.optional(),
      ExecutableBy: texts.optional(),
      IncludeDeprecated: bool.optional(),
      Filter: filters.optional(),
      MaxResults: int.optional(),
      NextToken: text.optional(),
    },
    access: (_, call) => [anywhere('DescribeImages', call)],
    run(input, call) {
      for (const id of input.ImageId ?? []) checkId('ami', id);
      const own = [...ec2.images.in(call.accountId, call.region), ...publicImages(ec2)];
      const known = visible(ec2, own, input.ImageId, imageNotFound)
        .filter(
          wantedBy(call, input.Owner, ({ accountId, isPublic }) => (isPublic ? [accountId, 'amazon'] : [accountId])),
        )
        .filter(wantedBy(call, input.ExecutableBy, ({ accountId, isPublic }) => [isPublic ? 'all' : accountId]));
      const { page, nextToken } = pageOf(known.filter(passes(input.Filter, KEYS)), input, { least: 1, most: 1_000 });
      return { imagesSet: { item: page.map((image) => imageXml(ec2, image, call.accountId)) }, nextToken };
    },
  });

/** Those that are published in every region, whoever's they are. */
const publicImages = (ec2: Ec2): Image[] => [...ec2.images.all()].filter(({ region }) => region === '*');

const locationOf = ({ accountId, isPublic, name }: Image): string => `${isPublic ? 'amazon' : accountId}/${name}`;

const wantedBy = (
  call: Call,
  wanted: readonly string[] | undefined,
  names: (image: Image) => readonly string[],
): ((image: Image) => boolean) => {
  if (!wanted || wanted.length === 0) return () => true;
  const ids = new Set(wanted.map((id) => (id === 'self' ? call.accountId : id)));
  return (image) => names(image).some((name) => ids.has(name));
};

const imageXml = (ec2: Ec2, image: Image, viewer: string) => ({
  imageId: image.id,
  imageLocation: locationOf(image),
  imageState: image.state,
  imageOwnerId: image.accountId,
  imageOwnerAlias: image.isPublic ? 'amazon' : undefined,
  creationDate: iso(image.createdAt),
  isPublic: image.isPublic,
  architecture: image.architecture,
  imageType: 'machine',
  platform: image.licence.platformDetails.startsWith('Windows') ? 'windows' : undefined,
  platformDetails: image.licence.platformDetails,
  usageOperation: image.licence.usageOperation,
  name: image.name,
  description: image.description,
  rootDeviceType: 'ebs',
  rootDeviceName: image.rootDeviceName,
  virtualizationType: image.virtualizationType,
  hypervisor: 'xen',
  bootMode: image.bootMode,
  enaSupport: image.enaSupport,
  sriovNetSupport: image.sriovNetSupport,
  tpmSupport: image.tpmSupport,
  imdsSupport: image.imdsSupport,
  tagSet: tagSet(image.accountId === viewer ? image.tags : {}),
  blockDeviceMapping: {
    item: image.mappings.map(({ deviceName, virtualName, ebs }) => ({
      deviceName,
      virtualName,
      ebs: ebs && {
        snapshotId: ebs.snapshotId,
        volumeSize: ebs.sizeGiB ?? ec2.snapshots.get(ebs.snapshotId ?? '')?.sizeGiB,
        volumeType: ebs.volumeType ?? 'gp2',
        iops: ebs.iops,
        throughput: ebs.throughput,
        deleteOnTermination: ebs.deleteOnTermination ?? true,
        encrypted: ebs.encrypted ?? false,
      },
    })),
  },
});
