import { z } from 'zod';
import { AwsError } from '../kernel/errors.ts';
import { type Operation, operation } from '../kernel/service.ts';
import { clientToken, name } from './schedule-input.ts';
import { DEFAULT_GROUP, groupAccess, groupArn, type Schedules } from './schedules.ts';
import type { Timers } from './timers.ts';

/** Deletes a group and its schedules: here at once, on AWS in the background, the group `DELETING` meanwhile. */
export const deleteScheduleGroup = (schedules: Schedules, timers: Timers): Operation =>
  operation({
    name: 'DeleteScheduleGroup',
    input: z.strictObject({ Name: name, clientToken }),
    route: { method: 'DELETE', path: '/schedule-groups/{Name}' },
    access: (input, call) => [groupAccess(call, 'DeleteScheduleGroup', input.Name)],
    run(input, call) {
      if (input.Name === DEFAULT_GROUP)
        throw new AwsError('ValidationException', 'The default schedule group cannot be deleted.', 400);
      const arn = groupArn(call, input.Name);
      if (!schedules.findGroup(call, input.Name) && schedules.wasDeletedBy(arn, input.clientToken)) return {};
      const group = schedules.openGroup(call, input.Name);
      for (const schedule of schedules.listIn(call, input.Name)) timers.remove(schedule.arn);
      schedules.deleteGroup(group);
      schedules.noteDeletion(arn, input.clientToken);
      return {};
    },
  });
