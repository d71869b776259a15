import type { CellResult } from './cell.ts';
import { expectationOf } from './classification.ts';

/**
 * A cleanup follows its job's end, and changes nothing of it. Its machine tries it again whatever it was refused
 * (States.ALL): a right that it lacked once costs it one try, of any API.
 */
const CLEANUPS = / by (start-)?clean-up#/;

/** What is wrong with a cell's outcome; undefined: it is as classified. */
export const wrongWith = ({ path, kind, outcome, errors, why, fired = '' }: CellResult): string | undefined => {
  if (outcome === 'broken') return why ?? 'broken';
  const expected = expectationOf(path, kind);
  if (outcome === 'not fired' || expected.outcome === 'not applicable') return undefined;
  if (expected.outcome === 'recovers')
    return outcome === 'recovered' ? undefined : `should recover, and ended with ${errors.join(', ')}`;
  if (outcome === 'recovered')
    return expected.orRecovers || CLEANUPS.test(fired)
      ? undefined
      : `should end with ${expected.names.join(' or ')}, and recovered`;
  const others = errors.filter((name) => !expected.names.includes(name));
  return others.length === 0
    ? undefined
    : `should end with ${expected.names.join(' or ')}, and ended with ${errors.join(', ')}`;
};
