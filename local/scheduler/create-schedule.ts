import { isDeepStrictEqual } from 'node:util';
import { AwsError } from '../kernel/errors.ts';
import { type Operation, operation } from '../kernel/service.ts';
import { assertSettings, passRole, scheduleInput, settingsOf } from './schedule-input.ts';
import { type Schedules, scheduleAccess, scheduleArn } from './schedules.ts';
import type { Timers } from './timers.ts';

export const createSchedule = (schedules: Schedules, timers: Timers): Operation =>
  operation({
    name: 'CreateSchedule',
    input: scheduleInput,
    route: { method: 'POST', path: '/schedules/{Name}' },
    access: (input, call) => [scheduleAccess(call, 'CreateSchedule', input.GroupName, input.Name), passRole(input)],
    async run(input, call) {
      const { Name, GroupName, ClientToken } = input;
      const { region, accountId } = call;
      const settings = settingsOf(input);
      const { name: group } = schedules.openGroup(call, GroupName);
      await assertSettings(schedules.kernel, call, group, settings);
      // What another call changed in the meantime counts.
      schedules.openGroup(call, group);
      const arn = scheduleArn(call, group, Name);
      const known = schedules.find(arn);
      if (known) {
        const again = ClientToken !== undefined && known.createdBy.clientToken === ClientToken;
        if (again && isDeepStrictEqual(known.createdBy.settings, settings)) return { ScheduleArn: arn };
        throw new AwsError('ConflictException', `Schedule ${Name} already exists.`, 409);
      }
      const now = schedules.kernel.clock.now();
      const schedule = {
        arn,
        region,
        accountId,
        group,
        name: Name,
        settings,
        createdAt: now,
        modifiedAt: now,
        anchor: now,
        createdBy: { clientToken: ClientToken, settings },
      };
      schedules.put(schedule);
      timers.follow(schedule, true);
      return { ScheduleArn: arn };
    },
  });
