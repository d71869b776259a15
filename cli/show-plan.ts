import type { PlanView, Retention, ScheduleFields } from '../core/contracts/plans.ts';
import type { Screen } from './screen.ts';
import { count, time } from './units.ts';

export const scheduleWords = ({ expression, timeZone }: ScheduleFields): string =>
  expression.startsWith('rate(') ? expression : `${expression} ${timeZone}`;

export const retentionWords = ({ days, count: newest, gfs }: Retention): string => {
  const parts = [
    ...(days === undefined ? [] : [count(days, 'day')]),
    ...(newest === undefined ? [] : [`the newest ${newest}`]),
    ...(gfs
      ? (['daily', 'weekly', 'monthly', 'yearly'] as const).flatMap((each) =>
          gfs[each] ? [`${gfs[each]} ${each}`] : [],
        )
      : []),
  ];
  return parts.join(', ');
};

const copyWords = ({ copy }: PlanView): string =>
  copy.when === 'on-schedule'
    ? scheduleWords(copy.schedule)
    : { 'at-once': 'at once', 'on-demand': 'on demand', never: 'never' }[copy.when];

const fullWords = ({ fullEvery }: PlanView): string =>
  fullEvery === 'always' ? 'each time' : fullEvery === 0 ? 'the first only' : `every ${count(fullEvery, 'day')}`;

const consistencyWords = ({ consistency }: PlanView): string =>
  consistency.kind === 'crash'
    ? 'crash-consistent'
    : [
        'application-consistent',
        consistency.freeze && `freeze: ${consistency.freeze}`,
        consistency.thaw && `thaw: ${consistency.thaw}`,
      ]
        .filter(Boolean)
        .join(', ');

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
