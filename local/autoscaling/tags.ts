import { z } from 'zod';
import { bool, int, text, texts } from '../ec2/schema.ts';
import { readTags } from '../ec2/tags.ts';
import { AwsError } from '../kernel/errors.ts';
import { operation } from '../kernel/service.ts';
import { anywhere, type Groups, invalid, onGroup, requestedTags } from './groups.ts';
import { pageOf } from './paging.ts';
import type { Group, GroupTag } from './records.ts';

export const tagList = z.array(
  z.strictObject({
    ResourceId: text.optional(),
    ResourceType: z.literal('auto-scaling-group').optional(),
    Key: text,
    Value: text.optional(),
    PropagateAtLaunch: bool.optional(),
  }),
);
type TagList = z.output<typeof tagList>;

/** The tags of a request for one group. Throws ValidationError on reserved keys, doubles, lengths, and on another group. */
export const readGroupTags = (list: TagList | undefined, name: string): Readonly<Record<string, GroupTag>> => {
  for (const { ResourceId = name } of list ?? [])
    if (ResourceId !== name) throw invalid(`The tag's ResourceId '${ResourceId}' is not the group '${name}'.`);
  try {
    readTags(list ?? []);
  } catch (error) {
    throw error instanceof AwsError ? invalid(error.message) : error;
  }
  return Object.fromEntries(
    (list ?? []).map(({ Key, Value = '', PropagateAtLaunch = false }) => [
      Key,
      { value: Value, propagate: PropagateAtLaunch },
    ]),
  );
};

export const tagXml = ({ name }: Group, key: string, { value, propagate }: GroupTag) => ({
  ResourceId: name,
  ResourceType: 'auto-scaling-group',
  Key: key,
  Value: value,
  PropagateAtLaunch: propagate,
});

/** The tags of a request by the group that they are for. */
const byGroup = (list: TagList): [string, TagList][] => {
  const names = [...new Set(list.map(({ ResourceId }) => ResourceId))];
  return names.map((name) => {
    if (name === undefined) throw invalid('Resource Id cannot be null.');
    return [name, list.filter(({ ResourceId }) => ResourceId === name)];
  });
};

export const createOrUpdateTags = (groups: Groups) =>
  operation({
    name: 'CreateOrUpdateTags',
    input: z.strictObject({ Tags: tagList }),
    access: ({ Tags }, call) =>
      byGroup(Tags).map(([name, tags]) =>
        onGroup('CreateOrUpdateTags', groups.find(call, name), requestedTags(readGroupTags(tags, name))),
      ),
    run({ Tags }, call) {
      for (const [name, tags] of byGroup(Tags)) {
        const group = groups.find(call, name);
        groups.order(group, { tags: { ...group.tags, ...readGroupTags(tags, name) } });
      }
      return {};
    },
  });

export const deleteTags = (groups: Groups) =>
  operation({
    name: 'DeleteTags',
    input: z.strictObject({ Tags: tagList }),
    access: ({ Tags }, call) =>
      byGroup(Tags).map(([name, tags]) =>
        onGroup('DeleteTags', groups.find(call, name), { 'aws:TagKeys': tags.map(({ Key }) => Key) }),
      ),
    run({ Tags }, call) {
      for (const [name, tags] of byGroup(Tags)) {
        const group = groups.find(call, name);
        const left = Object.entries(group.tags).filter(([key]) => !tags.some(({ Key }) => Key === key));
        groups.order(group, { tags: Object.fromEntries(left) });
      }
      return {};
    },
  });

type TagRow = ReturnType<typeof tagXml>;
const FILTERS: Readonly<Record<string, (row: TagRow) => string>> = {
  'auto-scaling-group': ({ ResourceId }) => ResourceId,
  key: ({ Key }) => Key,
  value: ({ Value }) => Value,
  'propagate-at-launch': ({ PropagateAtLaunch }) => String(PropagateAtLaunch),
};

export const describeTags = (groups: Groups) =>
  operation({
    name: 'DescribeTags',
    input: z.strictObject({
      Filters: z.array(z.strictObject({ Name: text, Values: texts })).optional(),
      MaxRecords: int.optional(),
      NextToken: text.optional(),
    }),
    access: () => [anywhere('DescribeTags')],
    run(input, call) {
      const tests = (input.Filters ?? []).map(({ Name, Values }) => {
        const read = FILTERS[Name];
        if (!read) throw invalid(`Filter type ${Name} is not correct.`);
        return (row: TagRow) => Values.includes(read(row));
      });
      const rows = groups
        .in(call)
        .flatMap((group) => Object.entries(group.tags).map(([key, tag]) => tagXml(group, key, tag)))
        .filter((row) => tests.every((test) => test(row)));
      const { page, NextToken } = pageOf(rows, ({ ResourceId, Key }) => `${ResourceId}/${Key}`, input);
      return { Tags: { member: page }, NextToken };
    },
  });
