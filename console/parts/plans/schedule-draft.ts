/** A schedule while somebody writes it, and the expression that EventBridge Scheduler reads. */
import { ScheduleFields } from '../../../core/contracts/plans.ts';
import { checkSchedule, nextDue } from '../../../core/domain/schedule-times.ts';

export const KINDS = ['none', 'daily', 'every', 'cron'] as const;
export const DAYS = ['MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT', 'SUN'] as const;
export const UNITS = ['minutes', 'hours', 'days'] as const;

export interface ScheduleDraft {
  readonly kind: (typeof KINDS)[number];
  /** `02:00` */
  readonly time: string;
  /** None: every day. */
  readonly days: readonly string[];
  readonly every: string;
  readonly unit: (typeof UNITS)[number];
  /** As typed, with `cron(…)`. */
  readonly cron: string;
  readonly timeZone: string;
}

/** Where nothing was chosen yet: nights are quiet in the zone of who looks. */
const BLANK: ScheduleDraft = {
  kind: 'none',
  time: '02:00',
  days: [],
  every: '6',
  unit: 'hours',
  cron: 'cron(0 2 * * ? *)',
  timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
};

const two = (text: string | undefined): string => (text ?? '').padStart(2, '0');

export const scheduleDraft = (schedule: ScheduleFields | undefined): ScheduleDraft => {
  if (!schedule) return BLANK;
  const { expression, timeZone } = schedule;
  const draft = { ...BLANK, timeZone };
  const [, every = '', word = ''] = /^rate\((\d+) (\w+)\)$/.exec(expression) ?? [];
  const unit = UNITS.find((each) => each.startsWith(word.replace(/s$/, '')));
  if (every !== '' && unit) return { ...draft, kind: 'every', every, unit };
  const daily = /^cron\((\d+) (\d+) (?:\* \* \?|\? \* ([A-Z,]+)|\? \* \*) \*\)$/.exec(expression);
  const days = daily?.[3]?.split(',') ?? [];
  if (daily && days.every((day) => (DAYS as readonly string[]).includes(day)))
    return { ...draft, kind: 'daily', time: `${two(daily[2])}:${two(daily[1])}`, days };
  return { ...draft, kind: 'cron', cron: expression };
};

const expressionOf = ({ kind, time, days, every, unit, cron }: ScheduleDraft): string => {
  if (kind === 'cron') return cron.trim();
  if (kind === 'every') return `rate(${every} ${every === '1' ? unit.replace(/s$/, '') : unit})`;
  const [hour = '', minute = ''] = time.split(':').map((part) => String(Number(part)));
  return days.length === 0
    ? `cron(${minute} ${hour} * * ? *)`
    : `cron(${minute} ${hour} ? * ${DAYS.filter((day) => days.includes(day)).join(',')} *)`;
};

/** Undefined: on demand only. */
export const scheduleOf = (draft: ScheduleDraft): ScheduleFields | undefined =>
  draft.kind === 'none' ? undefined : { expression: expressionOf(draft), timeZone: draft.timeZone };

/** What the API would refuse of it, in its words; undefined: nothing. */
export const scheduleProblem = (schedule: ScheduleFields): string | undefined => {
  const read = ScheduleFields.safeParse(schedule);
  if (!read.success) return read.error.issues[0]?.message;
  try {
    checkSchedule(schedule, 'schedule');
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message.replace(/^schedule\.\w+ /, '') : String(error);
  }
};

/** ISO-8601, of a schedule without a problem. `anchor`: ms since 1970, what a rate is counted from. */
export const nextTimes = (schedule: ScheduleFields, anchor: number, count: number): readonly string[] => {
  const times: string[] = [];
  let after = Date.now();
  while (times.length < count) {
    const next = nextDue(schedule, after, anchor);
    if (next === undefined) break;
    times.push(new Date(next).toISOString());
    after = next;
  }
  return times;
};
