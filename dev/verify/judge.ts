import type { Difference } from './difference.ts';
import type { Outcome } from './run-contract.ts';

export interface Verdict {
  readonly passed: number;
  /** Failed as the list says. */
  readonly differed: number;
  /** Failed, and no entry names it; or two do. */
  readonly unexpected: readonly string[];
  /** Entries that name a test that passes, or none at all. */
  readonly stale: readonly string[];
}

const matches = ({ test, says }: Difference, outcome: Outcome): boolean =>
  test.test(outcome.test) && (outcome.passed || says.test(outcome.says));

/** Holds what became of the tests against the list of known differences. */
export const judge = (outcomes: readonly Outcome[], differences: readonly Difference[]): Verdict => {
  const unexpected: string[] = [];
  const stale: string[] = [];
  let passed = 0;
  let differed = 0;
  for (const outcome of outcomes) {
    const named = differences.filter((each) => matches(each, outcome));
    if (named.length > 1) unexpected.push(`${outcome.test}: named by ${named.length} entries`);
    else if (!outcome.passed && named.length === 0) unexpected.push(`${outcome.test}: ${outcome.says}`);
    else if (!outcome.passed) differed++;
    else {
      passed++;
      if (named[0] && !named[0].sometimes) stale.push(`${named[0].test}: "${outcome.test}" passes`);
    }
  }
  for (const each of differences)
    if (!outcomes.some((outcome) => each.test.test(outcome.test))) stale.push(`${each.test}: there is no such test`);
  return { passed, differed, unexpected, stale };
};
