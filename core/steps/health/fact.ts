import type { HealthFact, HealthLevel } from '../../contracts/health.ts';

/** Lines that a fact shows; the others are counted. */
const MOST_LINES = 50;

export const fact = (
  name: HealthFact['name'],
  level: HealthLevel,
  says: string,
  metrics: HealthFact['metrics'],
  about: readonly string[] = [],
): HealthFact => ({
  name,
  level,
  says,
  metrics,
  about: about.slice(0, MOST_LINES),
  ...(about.length > MOST_LINES ? { more: about.length - MOST_LINES } : {}),
});

/** `1 job`, `2 jobs` */
export const counted = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;

export const seconds = (ms: number): number => Math.max(0, Math.round(ms / 1_000));
