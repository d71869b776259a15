import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { AwsError } from '../kernel/errors.ts';
import { type Operation, operation } from '../kernel/service.ts';
import { clientToken, name } from './schedule-input.ts';
import { groupAccess, groupArn, type Schedules } from './schedules.ts';
import { requestTags, tagList, tagRecord } from './tags.ts';

export const createScheduleGroup = (schedules: Schedules): Operation =>
  operation({
    name: 'CreateScheduleGroup',
    input: z.strictObject({ Name: name, Tags: tagList.default([]), ClientToken: clientToken }),
    route: { method: 'POST', path: '/schedule-groups/{Name}' },
    access: (input, call) => [
      groupAccess(call, 'CreateScheduleGroup', input.Name, requestTags(input.Tags)),
      ...(input.Tags.length > 0 ? [groupAccess(call, 'TagResource', input.Name, requestTags(input.Tags))] : []),
    ],
    run(input, call) {
      const arn = groupArn(call, input.Name);
      const tags = tagRecord(input.Tags);
      const known = schedules.findGroup(call, input.Name);
      if (known) {
        const again = input.ClientToken !== undefined && known.clientToken === input.ClientToken;
        if (again && isDeepStrictEqual(known.tags, tags)) return { ScheduleGroupArn: arn };
        throw new AwsError('ConflictException', `Schedule group ${input.Name} already exists.`, 409);
      }
      const now = schedules.kernel.clock.now();
      schedules.putGroup({
        region: call.region,
        accountId: call.accountId,
        arn,
        name: input.Name,
        tags,
        createdAt: now,
        modifiedAt: now,
        clientToken: input.ClientToken,
      });
      return { ScheduleGroupArn: arn };
    },
  });
