import { join } from 'node:path';
import { run } from 'node:test';

const FILE = join(import.meta.dirname, '../../test/contract/contract.test.ts');

export interface Outcome {
  /** Its suites' names and its own, with ` › ` between. */
  readonly test: string;
  readonly passed: boolean;
  /** Of a failed one: what it says, one line. */
  readonly says: string;
}

interface Told {
  readonly name: string;
  readonly nesting: number;
  readonly skip?: string | boolean | undefined;
  readonly details?: { readonly type?: string | undefined; readonly error?: Error | undefined };
}

const wordsOf = (error: Error | undefined): string => {
  const cause = error?.cause instanceof Error ? error.cause : error;
  return `${cause?.name ?? 'Error'}: ${cause?.message ?? ''}`.replaceAll(/\s+/g, ' ').slice(0, 300);
};

/**
 * The contract's tests against the moto server at `endpoint`: what became of each. A suite whose preparation failed
 * counts too, and so does a test that was skipped, as failed.
 */
export const runContract = async (
  endpoint: string,
  onTest: (outcome: Outcome) => void,
): Promise<readonly Outcome[]> => {
  process.env.HOLDFAST_CONTRACT_MOTO = endpoint;
  const outcomes: Outcome[] = [];
  /** Names of what is running, by depth. */
  const path: string[] = [];
  const note = ({ name, nesting, skip, details }: Told, passed: boolean): void => {
    const isSuite = details?.type === 'suite';
    const says = skip ? 'it was skipped' : wordsOf(details?.error);
    // a suite fails with its tests: only what went wrong outside of them is news
    if (isSuite && (passed || /subtests? failed/.test(says))) return;
    const outcome = { test: [...path.slice(1, nesting), name].join(' › '), passed: passed && !skip, says };
    outcomes.push(outcome);
    onTest(outcome);
  };
  const stream = run({ files: [FILE], concurrency: 1, timeout: 1_800_000 });
  for await (const { type, data } of stream) {
    if (type === 'test:start') path[data.nesting] = data.name;
    else if (type === 'test:pass' || type === 'test:fail') note(data as Told, type === 'test:pass');
  }
  return outcomes;
};
