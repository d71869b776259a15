import type { PlanView } from '../core/contracts/plans.ts';
import { consistencyWords, copyWords, fullWords, retentionWords, scheduleWords } from './plan-words.ts';
import type { Screen } from './screen.ts';
import { count, time } from './units.ts';

export const showPlan = (screen: Screen, plan: PlanView): void => {
  const snapshots = plan.method === 'snapshot';
  screen.fields([
    ['Id', plan.planId],
    ['Name', plan.name],
    ['Method', plan.method],
    ['Schedule', plan.schedule ? scheduleWords(plan.schedule) : 'none: on demand only'],
    ['Paused', plan.paused ? 'yes: the schedule stands still' : undefined],
    ['Next run', plan.nextRunAt && time(plan.nextRunAt)],
    ['Last run', plan.lastRunAt && time(plan.lastRunAt)],
    ['Full backups', snapshots ? undefined : fullWords(plan)],
    ['Copied to the library', snapshots ? copyWords(plan) : undefined],
    ['Copied to region', plan.copyToRegion],
    ['Snapshots are', consistencyWords(plan)],
    ['Verified', plan.verify === 'full' ? 'all that is in the library, each time' : 'a sample'],
    ['Kept in the library', plan.retention ? retentionWords(plan.retention) : 'for ever'],
    ['Snapshots kept', snapshots && plan.snapshotRetention ? retentionWords(plan.snapshotRetention) : undefined],
    ['Deadline', plan.deadlineMinutes === undefined ? undefined : count(plan.deadlineMinutes, 'minute')],
    ['Purpose', plan.purpose === 'restore' ? undefined : plan.purpose],
    // of an operator's view only
    ['Streams', (plan.streams as number | undefined)?.toString()],
    ['Transport', plan.transport],
    ['Added', time(plan.createdAt)],
    ['Changed', plan.updatedAt === plan.createdAt ? undefined : time(plan.updatedAt)],
  ]);
};
