import { z } from 'zod';
import { type Operation, operation } from '../kernel/service.ts';
import { pageInput, pageOf } from './paging.ts';
import { name } from './schedule-input.ts';
import { type Schedules, scheduleAccess } from './schedules.ts';

/** Summaries in order of ARN. A group that does not exist has none. */
export const listSchedules = (schedules: Schedules): Operation =>
  operation({
    name: 'ListSchedules',
    input: z.strictObject({
      ScheduleGroup: name.optional(),
      NamePrefix: name.optional(),
      State: z.enum(['ENABLED', 'DISABLED']).optional(),
      ...pageInput,
    }),
    route: { method: 'GET', path: '/schedules' },
    // Whichever group is asked for: a policy that names one group does not allow the list.
    access: (_, call) => [scheduleAccess(call, 'ListSchedules', '*', '*')],
    run(input, call) {
      const { ScheduleGroup, NamePrefix = '', State } = input;
      const fitting = schedules
        .listIn(call, ScheduleGroup)
        .filter(
          (schedule) =>
            schedule.name.startsWith(NamePrefix) && (State === undefined || schedule.settings.State === State),
        );
      const { page, next } = pageOf(fitting, input);
      return {
        Schedules: page.map((schedule) => ({
          Arn: schedule.arn,
          Name: schedule.name,
          GroupName: schedule.group,
          State: schedule.settings.State,
          CreationDate: schedule.createdAt / 1000,
          LastModificationDate: schedule.modifiedAt / 1000,
          Target: { Arn: schedule.settings.Target.Arn },
        })),
        ...next,
      };
    },
  });
