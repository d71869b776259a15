import { z } from 'zod';
import { type Operation, operation } from '../kernel/service.ts';
import { name } from './schedule-input.ts';
import { DEFAULT_GROUP, type Schedules, scheduleAccess } from './schedules.ts';

export const getSchedule = (schedules: Schedules): Operation =>
  operation({
    name: 'GetSchedule',
    input: z.strictObject({ Name: name, groupName: name.default(DEFAULT_GROUP) }),
    route: { method: 'GET', path: '/schedules/{Name}' },
    access: (input, call) => [scheduleAccess(call, 'GetSchedule', input.groupName, input.Name)],
    run(input, call) {
      const schedule = schedules.open(call, input.groupName, input.Name);
      return {
        Arn: schedule.arn,
        GroupName: schedule.group,
        Name: schedule.name,
        ...schedule.settings,
        CreationDate: schedule.createdAt / 1000,
        LastModificationDate: schedule.modifiedAt / 1000,
      };
    },
  });
