import { anywhere } from './access.ts';
import type { Ec2 } from './ec2.ts';
import { ec2Operation } from './ec2-operation.ts';
import { type FilterKeys, passes } from './filters.ts';
import { pageOf } from './paging.ts';
import { filters, int, text } from './schema.ts';

interface TagRow {
  readonly id: string;
  readonly resourceId: string;
  readonly resourceType: string;
  readonly key: string;
  readonly value: string;
  readonly tags: Readonly<Record<string, string>>;
}

const KEYS: FilterKeys<TagRow> = {
  key: ({ key }) => [key],
  value: ({ value }) => [value],
  'resource-id': ({ resourceId }) => [resourceId],
  'resource-type': ({ resourceType }) => [resourceType],
};

export const describeTags = (ec2: Ec2) =>
  ec2Operation({
    name: 'DescribeTags',
    input: { Filter: filters.optional(), MaxResults: int.optional(), NextToken: text.optional() },
    access: (_, call) => [anywhere('DescribeTags', call)],
    run(input, call) {
      const rows: TagRow[] = [];
      const kinds = { instance: ec2.instances, volume: ec2.volumes, snapshot: ec2.snapshots, image: ec2.images };
      for (const [resourceType, table] of Object.entries(kinds)) {
        for (const { id, tags } of table.in(call.accountId, call.region)) {
          for (const [key, value] of Object.entries(tags)) {
            rows.push({ id: `${id}/${key}`, resourceId: id, resourceType, key, value, tags: { [key]: value } });
          }
        }
      }
      const { page, nextToken } = pageOf(rows.filter(passes(input.Filter, KEYS)), input, { least: 5, most: 1_000 });
      const item = page.map(({ resourceId, resourceType, key, value }) => ({ resourceId, resourceType, key, value }));
      return { tagSet: { item }, nextToken };
    },
  });
