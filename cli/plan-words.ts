/** What a plan says, in words: on the terminal and in the console. */
import type { PlanView, Retention, ScheduleFields } from '../core/contracts/plans.ts';
import { count } from './units.ts';

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

export const copyWords = ({ copy }: Pick<PlanView, 'copy'>): string =>
  copy.when === 'on-schedule'
    ? scheduleWords(copy.schedule)
    : { 'at-once': 'at once', 'on-demand': 'on demand', never: 'never' }[copy.when];

export const fullWords = ({ fullEvery }: Pick<PlanView, 'fullEvery'>): string =>
  fullEvery === 'always' ? 'each time' : fullEvery === 0 ? 'the first only' : `every ${count(fullEvery, 'day')}`;

export const consistencyWords = ({ consistency }: Pick<PlanView, 'consistency'>): string =>
  consistency.kind === 'crash'
    ? 'crash-consistent'
    : [
        'application-consistent',
        consistency.freeze && `freeze: ${consistency.freeze}`,
        consistency.thaw && `thaw: ${consistency.thaw}`,
      ]
        .filter(Boolean)
        .join(', ');
