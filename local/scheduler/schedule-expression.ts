import { Cron } from 'croner';
import { AwsError } from '../kernel/errors.ts';
import { translateCron } from './cron-fields.ts';
import { firstInstantOf, instantOf, isTimeZone, wallTimeAt } from './wall-clock.ts';

/** When a schedule is due. All times are ms since 1970. */
export interface Timetable {
  readonly kind: 'cron' | 'rate' | 'at';
  /** The first due time at or after `from`; undefined if there is none. A rate counts from `anchor`. */
  next(from: number, anchor: number): number | undefined;
}

const MINUTE_MS = 60_000;
const UNITS = { minute: MINUTE_MS, hour: 60 * MINUTE_MS, day: 1440 * MINUTE_MS } as const;

/**
 * Cron fields name times of the zone's clocks: one that the clocks skip in spring is skipped, and one that they show
 * twice in autumn is due once, the first time. (croner itself would run some of these late, others twice.)
 */
const cronTimetable = (pattern: string, zone: string): Timetable => {
  const cron = new Cron(pattern, { timezone: 'UTC', mode: '7-part', alternativeWeekdays: true, paused: true });
  return {
    kind: 'cron',
    next(from) {
      let wall = Math.ceil(wallTimeAt(from, zone) / MINUTE_MS) * MINUTE_MS - 1000;
      for (;;) {
        const next = cron.nextRun(new Date(wall));
        if (!next) return undefined;
        wall = next.getTime();
        const instant = firstInstantOf(wall, zone);
        if (instant !== undefined && instant >= from) return instant;
      }
    },
  };
};

/** A day is 24 hours, whatever the clocks do. The first time is the anchor itself. */
const rateTimetable = (interval: number): Timetable => ({
  kind: 'rate',
  next: (from, anchor) => anchor + Math.max(0, Math.ceil((from - anchor) / interval)) * interval,
});

const atTimetable = (due: number): Timetable => ({ kind: 'at', next: (from) => (due >= from ? due : undefined) });

const parseCron = (expression: string, zone: string): Timetable | undefined => {
  const [, fields] = /^cron\((.+)\)$/.exec(expression) ?? [];
  const pattern = fields === undefined ? undefined : translateCron(fields);
  return pattern === undefined ? undefined : cronTimetable(pattern, zone);
};

const parseRate = (expression: string): Timetable | undefined => {
  const [, value, unit] = /^rate\((\d{1,9}) (minute|hour|day)s?\)$/.exec(expression) ?? [];
  if (value === undefined || Number(value) === 0) return undefined;
  return rateTimetable(Number(value) * UNITS[unit as keyof typeof UNITS]);
};

const parseAt = (expression: string, zone: string): Timetable | undefined => {
  const [, time] = /^at\((\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})\)$/.exec(expression) ?? [];
  const wall = time === undefined ? Number.NaN : Date.parse(`${time}Z`);
  // Date.parse makes 1 March of 29 February in other years.
  if (Number.isNaN(wall) || !new Date(wall).toISOString().startsWith(String(time))) return undefined;
  return atTimetable(instantOf(wall, zone));
};

/** Throws ValidationException, in AWS's words, for an expression or a time zone that there is not. */
export const parseExpression = (expression: string, zone: string): Timetable => {
  if (!isTimeZone(zone))
    throw new AwsError('ValidationException', `Invalid Schedule Expression Timezone ${zone}.`, 400);
  const timetable = parseCron(expression, zone) ?? parseRate(expression) ?? parseAt(expression, zone);
  if (!timetable) throw new AwsError('ValidationException', `Invalid Schedule Expression ${expression}.`, 400);
  return timetable;
};
