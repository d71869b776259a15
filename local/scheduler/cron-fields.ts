/** Field by field from AWS's cron form to the one of croner, whose L, W and # differ in notation. */
interface Field {
  readonly from: number;
  readonly to: number;
  readonly names?: readonly string[];
  /** Terms besides values, ranges and steps: croner's text for one, or undefined. */
  readonly special?: (term: string) => string | undefined;
  /** Ranges that go over the end, as in hours `20-2`. Years don't. */
  readonly wraps: boolean;
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

/** A value of a field, by number or name; undefined if it is none. */
const readValue = (text: string, field: Field): number | undefined => {
  const named = field.names?.indexOf(text.toUpperCase()) ?? -1;
  if (named >= 0) return named + field.from;
  if (!/^\d{1,4}$/.test(text)) return undefined;
  const value = Number(text);
  return value >= field.from && value <= field.to ? value : undefined;
};

const dayOfMonthTerm = (term: string): string | undefined => {
  if (term === 'L') return 'L';
  const [, day] = /^(\d{1,2})W$/.exec(term) ?? [];
  return day !== undefined && readValue(day, DAY_OF_MONTH) !== undefined ? `${Number(day)}W` : undefined;
};

const dayOfWeekTerm = (term: string): string | undefined => {
  // The last day of the week is Saturday.
  if (term === 'L') return '7';
  const [, name = '', last, count] = /^(\w+?)(?:(L)|#([1-5]))$/.exec(term) ?? [];
  const day = readValue(name, DAY_OF_WEEK);
  if (day === undefined) return undefined;
  return last ? `${day}#L` : `${day}#${count}`;
};

const MINUTES: Field = { from: 0, to: 59, wraps: true };
const HOURS: Field = { from: 0, to: 23, wraps: true };
const DAY_OF_MONTH: Field = { from: 1, to: 31, wraps: true, special: dayOfMonthTerm };
const MONTH: Field = { from: 1, to: 12, wraps: true, names: MONTHS };
const DAY_OF_WEEK: Field = { from: 1, to: 7, wraps: true, names: DAYS, special: dayOfWeekTerm };
const YEAR: Field = { from: 1970, to: 2199, wraps: false };

/** The values of `5`, `1-5`, `5/10`, `1-30/10`, `*` or a star with a step; undefined if the term is none of these. */
const expand = (term: string, field: Field): readonly number[] | undefined => {
  const [, first = '', second, step] = /^(\*|\w+)(?:-(\w+))?(?:\/(\d{1,4}))?$/.exec(term) ?? [];
  const by = step === undefined ? 1 : Number(step);
  if (by < 1 || (first === '*' && second !== undefined)) return undefined;
  const start = first === '*' ? field.from : readValue(first, field);
  const open = first === '*' || (second === undefined && step !== undefined);
  const end = open ? field.to : second === undefined ? start : readValue(second, field);
  if (start === undefined || end === undefined || (start > end && !field.wraps)) return undefined;
  const size = field.to - field.from + 1;
  const values: number[] = [];
  for (let value = start; value <= (start > end ? end + size : end); value += by)
    values.push(value > field.to ? value - size : value);
  return values;
};

const translateField = (text: string, field: Field): string | undefined => {
  if (text === '*') return '*';
  const terms: string[] = [];
  for (const term of text.split(',')) {
    const special = field.special?.(term.toUpperCase());
    const values = special === undefined ? expand(term, field) : [special];
    if (!values) return undefined;
    terms.push(...values.map(String));
  }
  // AWS reads several `#` in one field as several expressions, and refuses them.
  if (terms.length > 1 && text.includes('#')) return undefined;
  return terms.join(',');
};

/**
 * croner's pattern (seconds to year, days of the week 1 to 7 from Sunday) of `minutes hours day-of-month month
 * day-of-week [year]` as AWS writes it; undefined if it is not valid. Exactly one of the two day fields is `?`.
 */
export const translateCron = (fields: string): string | undefined => {
  const [minutes, hours, dayOfMonth, month, dayOfWeek, year = '*', ...more] = fields.split(' ');
  if (!minutes || !hours || !dayOfMonth || !month || !dayOfWeek || year === '' || more.length > 0) return undefined;
  if ((dayOfMonth === '?') === (dayOfWeek === '?')) return undefined;
  const translated = [
    translateField(minutes, MINUTES),
    translateField(hours, HOURS),
    dayOfMonth === '?' ? '*' : translateField(dayOfMonth, DAY_OF_MONTH),
    translateField(month, MONTH),
    dayOfWeek === '?' ? '*' : translateField(dayOfWeek, DAY_OF_WEEK),
    translateField(year, YEAR),
  ];
  return translated.includes(undefined) ? undefined : ['0', ...translated].join(' ');
};
