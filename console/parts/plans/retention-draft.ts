/** A retention while somebody writes it: empty is no rule. */
import type { z } from 'zod';
import type { Retention } from '../../../core/contracts/plans.ts';

export const PERIODS = ['daily', 'weekly', 'monthly', 'yearly'] as const;
export const RULES = ['days', 'count', ...PERIODS] as const;

export type RetentionDraft = Readonly<Record<(typeof RULES)[number], string>>;

/** Of a period none is what is said without it. */
const typed = (n: number | undefined): string => (n === undefined || n === 0 ? '' : String(n));

export const retentionDraft = (retention: Retention | undefined): RetentionDraft => ({
  days: typed(retention?.days),
  count: typed(retention?.count),
  daily: typed(retention?.gfs?.daily),
  weekly: typed(retention?.gfs?.weekly),
  monthly: typed(retention?.gfs?.monthly),
  yearly: typed(retention?.gfs?.yearly),
});

/** Undefined: no rule, so all is kept. What is no number is left to the API to refuse. */
export const retentionOf = (draft: RetentionDraft): z.input<typeof Retention> | undefined => {
  const given = (names: readonly (keyof RetentionDraft)[]) =>
    names.filter((name) => draft[name].trim() !== '').map((name) => [name, Number(draft[name])] as const);
  const gfs = given(PERIODS);
  const rules = Object.fromEntries<unknown>(given(['days', 'count']));
  if (gfs.length > 0) rules.gfs = Object.fromEntries(gfs);
  return Object.keys(rules).length > 0 ? rules : undefined;
};

/** Where the API says what is wrong with it. */
export const retentionFields = (field: string): string[] => [
  field,
  ...RULES.map((rule) => `${field}.${(PERIODS as readonly string[]).includes(rule) ? 'gfs.' : ''}${rule}`),
];
