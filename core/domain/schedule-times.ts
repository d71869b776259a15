/**
 * When a schedule is due, by EventBridge Scheduler's own rules: six fields, days of the week from 1 (Sunday), one of the
 * two day fields `?`; a time that daylight saving skips does not come, one that it repeats comes once. A rate is counted
 * from an anchor: Scheduler starts one as soon as it is made.
 */
import { Cron } from 'croner';
import type { ScheduleFields } from '../contracts/plans.ts';
import { InvalidRequest } from './errors.ts';

const MINUTE = 60_000;
const UNIT_MS: Readonly<Record<string, number>> = {
  minute: MINUTE,
  minutes: MINUTE,
  hour: 60 * MINUTE,
  hours: 60 * MINUTE,
  day: 1_440 * MINUTE,
  days: 1_440 * MINUTE,
};
/** Scheduler's; and how many of croner's times may be skipped before one is taken that Scheduler knows too. */
const YEARS = { from: 1_970, to: 2_199 };
const LOOKED_AT = 4;

const rateOf = (expression: string): number | undefined => {
  const rate = /^rate\((\d+) (\w+)\)$/.exec(expression);
  return rate ? Number(rate[1]) * (UNIT_MS[rate[2] ?? ''] ?? 0) : undefined;
};

/** Croner calls the last day of the week by its number only, and takes 8 for one. */
const dayOfWeek = (field: string): string => {
  if (field === 'L') return '7';
  if (/(^|[,-])([089]|\d{2,})/.test(field.replace(/#\d+/g, '')))
    throw new Error('days of the week are 1 to 7 or SUN to SAT');
  return field;
};

const cronOf = ({ expression, timeZone }: ScheduleFields): Cron => {
  const fields = /^cron\((.*)\)$/.exec(expression)?.[1]?.split(' ') ?? [];
  const [minutes = '', hours = '', day = '', month = '', weekday = '', year = ''] = fields;
  if (fields.length !== 6) throw new Error('six fields are needed');
  if ((day === '?') === (weekday === '?')) throw new Error('one of day-of-month and day-of-week must be ?');
  const any = (field: string): string => (field === '?' ? '*' : field);
  const pattern = `0 ${minutes} ${hours} ${any(day)} ${month} ${any(dayOfWeek(weekday))} ${year}`;
  return new Cron(pattern, {
    timezone: timeZone,
    mode: '7-part',
    alternativeWeekdays: true,
    // AWS: 1/10 is every tenth from the first
    sloppyRanges: true,
    paused: true,
  });
};

const wallClock = (timeZone: string, at: number): string =>
  new Date(at).toLocaleString('en-GB', { timeZone, dateStyle: 'short', timeStyle: 'medium' });

/** Not in a gap, and not the second of two. */
const comes = (cron: Cron, timeZone: string, at: number): boolean => {
  if (!cron.match(new Date(at))) return false;
  const here = wallClock(timeZone, at);
  return ![30, 60].some((minutes) => wallClock(timeZone, at - minutes * MINUTE) === here);
};

const knownZone = (timeZone: string): boolean => {
  if (!/^[A-Za-z]/.test(timeZone)) return false; // an offset: Intl knows it, Scheduler does not
  try {
    new Intl.DateTimeFormat('en', { timeZone });
    return true;
  } catch {
    return false;
  }
};

const LONGEST_RATE_MS = 366 * 86_400_000;

/** Errors: InvalidRequest, naming the field below `field`. */
export const checkSchedule = (schedule: ScheduleFields, field: string): void => {
  if (!knownZone(schedule.timeZone)) {
    throw new InvalidRequest(`${field}.timeZone must be a time zone of the IANA database, like Europe/Berlin or UTC.`, {
      field: `${field}.timeZone`,
      remedy: 'Correct it and send the request again.',
    });
  }
  const refuse = (why: string): InvalidRequest =>
    new InvalidRequest(`${field}.expression must be a schedule that EventBridge Scheduler can read: ${why}.`, {
      field: `${field}.expression`,
      remedy:
        'Write cron(minutes hours day-of-month month day-of-week year), like cron(0 2 * * ? *), or rate(6 hours).',
    });
  const rate = rateOf(schedule.expression);
  if (rate !== undefined && rate > LONGEST_RATE_MS) throw refuse('a rate is a year at most');
  if (rate !== undefined) return;
  let cron: Cron;
  try {
    cron = cronOf(schedule);
  } catch (error) {
    throw refuse(
      (error instanceof Error ? error.message : String(error)).replace(/^CronPattern: /, '').replace(/\.$/, ''),
    );
  }
  const first = cron.nextRun(new Date(Date.UTC(YEARS.from, 0, 1)));
  if (!first || first.getUTCFullYear() > YEARS.to) throw refuse('there is no such day');
};

/** The next time after `after` (ms since 1970); undefined if there is none. `anchor`: what a rate counts from. */
export const nextDue = (schedule: ScheduleFields, after: number, anchor: number): number | undefined => {
  const rate = rateOf(schedule.expression);
  if (rate !== undefined) return after < anchor ? anchor : anchor + (Math.floor((after - anchor) / rate) + 1) * rate;
  const cron = cronOf(schedule);
  const times = cron.nextRuns(LOOKED_AT, new Date(after)).map((time) => time.getTime());
  return times.find((time) => comes(cron, schedule.timeZone, time));
};

/** The newest time that is not after `now`; undefined if there was none. */
export const previousDue = (schedule: ScheduleFields, now: number, anchor: number): number | undefined => {
  const rate = rateOf(schedule.expression);
  if (rate !== undefined) return now < anchor ? undefined : anchor + Math.floor((now - anchor) / rate) * rate;
  const cron = cronOf(schedule);
  const times = cron.previousRuns(LOOKED_AT, new Date(now + 1)).map((time) => time.getTime());
  return times.find((time) => comes(cron, schedule.timeZone, time));
};
