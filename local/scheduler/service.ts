import type { ServiceFactory } from '../kernel/service.ts';
import { createSchedule } from './create-schedule.ts';
import { createScheduleGroup } from './create-schedule-group.ts';
import { deleteSchedule } from './delete-schedule.ts';
import { deleteScheduleGroup } from './delete-schedule-group.ts';
import { getSchedule } from './get-schedule.ts';
import { getScheduleGroup, listScheduleGroups } from './get-schedule-group.ts';
import { listSchedules } from './list-schedules.ts';
import { Schedules } from './schedules.ts';
import { tagOperations } from './tags.ts';
import { Timers } from './timers.ts';
import { updateSchedule } from './update-schedule.ts';

/** EventBridge Scheduler: schedules that invoke Lambda functions and start state machines with a role of the user's. */
export const createScheduler: ServiceFactory = (kernel) => {
  const schedules = new Schedules(kernel);
  const timers = new Timers(kernel, schedules);
  return {
    name: 'scheduler',
    protocol: 'rest-json',
    eventSource: 'scheduler.amazonaws.com',
    operations: [
      createScheduleGroup(schedules),
      getScheduleGroup(schedules),
      deleteScheduleGroup(schedules, timers),
      listScheduleGroups(schedules),
      createSchedule(schedules, timers),
      updateSchedule(schedules, timers),
      getSchedule(schedules),
      deleteSchedule(schedules, timers),
      listSchedules(schedules),
      ...tagOperations(schedules),
    ],
    start: () => timers.start(),
    stop: () => timers.stop(),
  };
};
