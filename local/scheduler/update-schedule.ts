import { type Operation, operation } from '../kernel/service.ts';
import { assertSettings, passRole, scheduleInput, settingsOf } from './schedule-input.ts';
import { type Schedules, scheduleAccess } from './schedules.ts';
import type { Timers } from './timers.ts';

/** Replaces all settings: what the request leaves out gets its default. */
export const updateSchedule = (schedules: Schedules, timers: Timers): Operation =>
  operation({
    name: 'UpdateSchedule',
    input: scheduleInput,
    route: { method: 'PUT', path: '/schedules/{Name}' },
    access: (input, call) => [scheduleAccess(call, 'UpdateSchedule', input.GroupName, input.Name), passRole(input)],
    async run(input, call) {
      const settings = settingsOf(input);
      schedules.open(call, input.GroupName, input.Name);
      await assertSettings(schedules.kernel, call, input.GroupName, settings);
      const known = schedules.open(call, input.GroupName, input.Name);
      const renewed =
        known.settings.ScheduleExpression !== settings.ScheduleExpression ||
        known.settings.ScheduleExpressionTimezone !== settings.ScheduleExpressionTimezone;
      const now = schedules.kernel.clock.now();
      const { lastDue, ...kept } = known;
      const schedule = {
        ...kept,
        ...(renewed ? { anchor: now } : { lastDue }),
        settings,
        modifiedAt: now,
      };
      schedules.put(schedule);
      timers.follow(schedule, renewed);
      return { ScheduleArn: schedule.arn };
    },
  });
