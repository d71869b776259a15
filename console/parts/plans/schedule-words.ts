import { toString as inWords } from 'cronstrue';
import type { ScheduleFields } from '../../../core/contracts/plans.ts';

/** `At 02:00, Monday through Friday (Europe/Berlin)`, `Every 6 hours`; what cannot be read is shown as it is. */
export const scheduleInWords = ({ expression, timeZone }: ScheduleFields): string => {
  const rate = /^rate\((\d+) (\w+)\)$/.exec(expression);
  if (rate) return rate[1] === '1' ? `Every ${rate[2]}` : `Every ${rate[1]} ${rate[2]}`;
  const fields = /^cron\((.*)\)$/.exec(expression)?.[1];
  if (fields === undefined) return expression;
  try {
    const words = inWords(fields, { use24HourTimeFormat: true, dayOfWeekStartIndexZero: false });
    const daily = /^At \d\d:\d\d$/.test(words) ? `${words}, every day` : words;
    return `${daily} (${timeZone})`;
  } catch {
    return `${expression} ${timeZone}`;
  }
};
