import type { HealthFact } from '../../contracts/health.ts';
import type { Pulse } from '../../ports/health.ts';

/**
 * For how long a number is still written after it last said something. Alarms look back over their last two or three
 * periods, of an hour at most: a whole one of silence has to be seen as such, and not as missing.
 */
const GOES_ON_MS = 2 * 3_600_000;

/** Nothing is there, or, of an age, nothing is late. */
const saysNothing = ({ level }: HealthFact, name: string, value: number): boolean =>
  value === 0 || (level === 'ok' && name.endsWith('AgeSeconds'));

/**
 * The facts' numbers that CloudWatch is to have. It bills a metric for each hour in which it is written, so that what says
 * nothing is left out, two hours after it last said something; what was never written is written, for alarms to begin with.
 * `saidAt` is what the last measurement answered; ms since 1970, by metric.
 */
export const worthWriting = (
  facts: readonly HealthFact[],
  saidAt: Pulse['saidAt'] = {},
  now: number,
): { readonly metrics: Readonly<Record<string, number>>; readonly saidAt: Readonly<Record<string, number>> } => {
  const all = facts.flatMap((fact) =>
    Object.entries(fact.metrics).map(([name, value]) => ({
      name,
      value,
      at: saysNothing(fact, name, value) ? (saidAt[name] ?? now) : now,
    })),
  );
  return {
    metrics: Object.fromEntries(all.filter(({ at }) => now - at < GOES_ON_MS).map(({ name, value }) => [name, value])),
    saidAt: Object.fromEntries(all.map(({ name, at }) => [name, at])),
  };
};
