import { z } from 'zod';
import { AwsError } from '../kernel/errors.ts';
import { type Access, type Operation, operation } from '../kernel/service.ts';
import type { GroupRecord, Place } from './records.ts';
import { groupAccess, groupArn, type Schedules } from './schedules.ts';

const tagKey = z.string().min(1).max(128);
export const tagList = z.array(z.strictObject({ Key: tagKey, Value: z.string().min(1).max(256) })).max(200);

type Tags = z.infer<typeof tagList>;

export const tagRecord = (tags: Tags): Record<string, string> =>
  Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value]));

export const requestTags = (tags: Tags): NonNullable<Access['context']> => ({
  'aws:TagKeys': tags.map(({ Key }) => Key),
  ...Object.fromEntries(tags.map(({ Key, Value }) => [`aws:RequestTag/${Key}`, Value])),
});

/** Only groups have tags. Throws ValidationException, ResourceNotFoundException. */
const openTagged = (schedules: Schedules, place: Place, arn: string): GroupRecord => {
  const prefix = groupArn(place, '');
  if (!arn.startsWith(prefix)) throw new AwsError('ValidationException', 'Provided Arn is not in correct format.', 400);
  return schedules.openGroup(place, arn.slice(prefix.length));
};

const ResourceArn = z.string().min(1).max(1011);
const path = '/tags/{ResourceArn}';

export const tagOperations = (schedules: Schedules): Operation[] => {
  const change = (place: Place, arn: string, tags: Readonly<Record<string, string>>) => {
    const now = schedules.kernel.clock.now();
    schedules.putGroup({ ...openTagged(schedules, place, arn), tags, modifiedAt: now });
    return {};
  };
  return [
    operation({
      name: 'TagResource',
      input: z.strictObject({ ResourceArn, Tags: tagList }),
      route: { method: 'POST', path },
      access: (input, call) => {
        const group = openTagged(schedules, call, input.ResourceArn);
        return [groupAccess(call, 'TagResource', group.name, requestTags(input.Tags))];
      },
      run(input, call) {
        const { tags } = openTagged(schedules, call, input.ResourceArn);
        return change(call, input.ResourceArn, { ...tags, ...tagRecord(input.Tags) });
      },
    }),
    operation({
      name: 'UntagResource',
      input: z.strictObject({ ResourceArn, TagKeys: z.array(tagKey) }),
      route: { method: 'DELETE', path },
      parse: (request, params) => ({ ...params, TagKeys: request.query.getAll('TagKeys') }),
      access: (input, call) => {
        const group = openTagged(schedules, call, input.ResourceArn);
        return [groupAccess(call, 'UntagResource', group.name, { 'aws:TagKeys': input.TagKeys })];
      },
      run(input, call) {
        const { tags } = openTagged(schedules, call, input.ResourceArn);
        const kept = Object.entries(tags).filter(([key]) => !input.TagKeys.includes(key));
        return change(call, input.ResourceArn, Object.fromEntries(kept));
      },
    }),
    operation({
      name: 'ListTagsForResource',
      input: z.strictObject({ ResourceArn }),
      route: { method: 'GET', path },
      access: (input, call) => [
        groupAccess(call, 'ListTagsForResource', openTagged(schedules, call, input.ResourceArn).name),
      ],
      run(input, call) {
        const { tags } = openTagged(schedules, call, input.ResourceArn);
        return { Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) };
      },
    }),
  ];
};
