import { matchesPattern } from '../../local/iam/match.ts';
import exceptions from './exceptions.json' with { type: 'json' };

const REASONS: Readonly<Record<string, string>> = exceptions;

/** Why nobody has to notice a mutation of this name; a name in exceptions.json may have `*`. */
export const reasonFor = (name: string): string | undefined =>
  Object.entries(REASONS).find(([pattern]) => matchesPattern(pattern, name))?.[1];

/** Exceptions for nothing: no mutation that is unnoticed has such a name. */
export const idleExceptions = (unnoticed: readonly string[]): readonly string[] =>
  Object.keys(REASONS).filter((pattern) => !unnoticed.some((name) => matchesPattern(pattern, name)));
