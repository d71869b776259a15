import { anywhere } from './access.ts';
import type { Ec2 } from './ec2.ts';
import { ec2Operation } from './ec2-operation.ts';
import { type FilterKeys, passes } from './filters.ts';
import { checkId, volumeNotFound } from './find.ts';
import { pageOf } from './paging.ts';
import type { Volume } from './records.ts';
import { iso, volumeXml } from './render.ts';
import { filters, int, text, texts } from './schema.ts';
import { visible } from './visible.ts';

const KEYS: FilterKeys<Volume> = {
  'volume-id': ({ id }) => [id],
  status: ({ state }) => [state],
  'snapshot-id': ({ snapshotId }) => [snapshotId],
  'availability-zone': ({ zone }) => [zone],
  'volume-type': ({ volumeType }) => [volumeType],
  size: ({ sizeGiB }) => [String(sizeGiB)],
  encrypted: ({ encryption }) => [String(encryption !== undefined)],
  'create-time': ({ createdAt }) => [iso(createdAt)],
  'attachment.instance-id': ({ attachment }) => [attachment?.instanceId],
  'attachment.device': ({ attachment }) => [attachment?.device],
  'attachment.status': ({ attachment }) => [attachment?.state],
  'attachment.delete-on-termination': ({ attachment }) => [attachment && String(attachment.deleteOnTermination)],
};

export const describeVolumes = (ec2: Ec2) =>
  ec2Operation({
    name: 'DescribeVolumes',
    input: {
      VolumeId: texts.optional(),
      Filter: filters.optional(),
      MaxResults: int.optional(),
      NextToken: text.optional(),
    },
    access: (_, call) => [anywhere('DescribeVolumes', call)],
    run(input, call) {
      for (const id of input.VolumeId ?? []) checkId('vol', id);
      const all = visible(ec2, ec2.volumes.in(call.accountId, call.region), input.VolumeId, volumeNotFound);
      const { page, nextToken } = pageOf(all.filter(passes(input.Filter, KEYS)), input, { least: 5, most: 1_000 });
      return { volumeSet: { item: page.map(volumeXml) }, nextToken };
    },
  });
