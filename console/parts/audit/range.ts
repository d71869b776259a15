/** A span of time as it stands in the address: `last=24-hour`, or `since=…` and `until=…`. */
import type { DateRangePickerProps } from '@cloudscape-design/components/date-range-picker';

export type Range = DateRangePickerProps.Value;

const HOUR_MS = 3_600_000;
const UNIT_MS: Readonly<Record<string, number>> = { hour: HOUR_MS, day: 24 * HOUR_MS };

export const RELATIVE: readonly DateRangePickerProps.RelativeOption[] = [
  { key: '1-hour', amount: 1, unit: 'hour', type: 'relative' },
  { key: '24-hour', amount: 24, unit: 'hour', type: 'relative' },
  { key: '7-day', amount: 7, unit: 'day', type: 'relative' },
  { key: '30-day', amount: 30, unit: 'day', type: 'relative' },
];

const isTime = (text: string | null): text is string => text !== null && !Number.isNaN(Date.parse(text));

export const rangeOf = (search: URLSearchParams): Range | undefined => {
  const relative = RELATIVE.find(({ key }) => key === search.get('last'));
  if (relative) return relative;
  const [since, until] = [search.get('since'), search.get('until')];
  return isTime(since) && isTime(until) ? { type: 'absolute', startDate: since, endDate: until } : undefined;
};

/** Sets it in the address; null: any time. */
export const setRange = (search: URLSearchParams, range: Range | null): URLSearchParams => {
  const after = new URLSearchParams(search);
  for (const name of ['last', 'since', 'until']) after.delete(name);
  if (range?.type === 'relative') after.set('last', `${range.amount}-${range.unit}`);
  if (range?.type === 'absolute') {
    after.set('since', new Date(range.startDate).toISOString());
    after.set('until', new Date(range.endDate).toISOString());
  }
  return after;
};

/** For the API. A relative one ends now, whenever it is asked. */
export const timesOf = (range: Range | undefined): { readonly since?: string; readonly until?: string } => {
  if (range === undefined) return {};
  if (range.type === 'absolute')
    return { since: new Date(range.startDate).toISOString(), until: new Date(range.endDate).toISOString() };
  return { since: new Date(Date.now() - range.amount * (UNIT_MS[range.unit] ?? HOUR_MS)).toISOString() };
};
