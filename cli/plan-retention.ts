/** How long a plan keeps recovery points, from options: one by one, the rest as it was. */
import type { Command } from 'commander';
import type { z } from 'zod';
import type { Retention } from '../core/contracts/plans.ts';
import { numeric } from './options.ts';

type Fields = z.input<typeof Retention>;
type Kind = 'Days' | 'Count' | 'Daily' | 'Weekly' | 'Monthly' | 'Yearly';

export type RetentionOptions = Readonly<
  Partial<
    Record<`keep${Kind}` | `keepSnapshots${Kind}`, number> & { keepForever: boolean; keepSnapshotsAlike: boolean }
  >
>;

const GFS = ['daily', 'weekly', 'monthly', 'yearly'] as const;

const capital = (word: string): Kind => `${word[0]?.toUpperCase()}${word.slice(1)}` as Kind;

export const withRetention = (command: Command): Command => {
  command.optionsGroup('How long recovery points are kept (while one of these keeps them; none: for ever):');
  for (const [flag, what] of [
    ['keep', 'recovery points in the library'],
    ['keep-snapshots', 'snapshots that are recovery points'],
  ] as const) {
    command
      .addOption(numeric(`--${flag}-days <n>`, `${what}: younger than so many days`))
      .addOption(numeric(`--${flag}-count <n>`, `${what}: the newest so many`));
    for (const each of GFS)
      command.addOption(numeric(`--${flag}-${each} <n>`, `${what}: the last of each of so many ${PERIODS[each]}`));
  }
  return command;
};

const PERIODS = { daily: 'days', weekly: 'weeks', monthly: 'months', yearly: 'years' } as const;

export const retentionFields = Object.fromEntries(
  [
    ['retention', '--keep'],
    ['snapshotRetention', '--keep-snapshots'],
  ].flatMap(([field, flag]) => [
    [`${field}.days`, `${flag}-days`],
    [`${field}.count`, `${flag}-count`],
    ...GFS.map((each) => [`${field}.gfs.${each}`, `${flag}-${each}`]),
  ]),
) as Readonly<Record<string, string>>;

/** Undefined: nothing limits it. */
export const retentionOf = (
  options: RetentionOptions,
  which: 'keep' | 'keepSnapshots',
  before: Fields | undefined,
): Fields | undefined => {
  if (which === 'keep' ? options.keepForever : options.keepSnapshotsAlike) return undefined;
  const number = (kind: Kind): number | undefined => options[`${which}${kind}`];
  const days = number('Days') ?? before?.days;
  const count = number('Count') ?? before?.count;
  const asked = GFS.some((each) => number(capital(each)) !== undefined);
  const gfs = asked
    ? Object.fromEntries(GFS.map((each) => [each, number(capital(each)) ?? before?.gfs?.[each] ?? 0]))
    : before?.gfs;
  if (days === undefined && count === undefined && gfs === undefined) return undefined;
  return {
    ...(days === undefined ? {} : { days }),
    ...(count === undefined ? {} : { count }),
    ...(gfs ? { gfs } : {}),
  };
};
