import { z } from 'zod';
import { type Operation, operation } from '../kernel/service.ts';
import { clientToken, name } from './schedule-input.ts';
import { DEFAULT_GROUP, type Schedules, scheduleAccess, scheduleArn } from './schedules.ts';
import type { Timers } from './timers.ts';

export const deleteSchedule = (schedules: Schedules, timers: Timers): Operation =>
  operation({
    name: 'DeleteSchedule',
    input: z.strictObject({ Name: name, groupName: name.default(DEFAULT_GROUP), clientToken }),
    route: { method: 'DELETE', path: '/schedules/{Name}' },
    access: (input, call) => [scheduleAccess(call, 'DeleteSchedule', input.groupName, input.Name)],
    run(input, call) {
      const arn = scheduleArn(call, input.groupName, input.Name);
      if (!schedules.find(arn) && schedules.wasDeletedBy(arn, input.clientToken)) return {};
      schedules.open(call, input.groupName, input.Name);
      timers.remove(arn);
      schedules.noteDeletion(arn, input.clientToken);
      return {};
    },
  });
