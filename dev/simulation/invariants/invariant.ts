import type { Ledger } from '../ledger.ts';
import type { Run } from '../run.ts';

/** What must hold when everything has ended. Answers what is wrong, a sentence each; nothing is looked at through the gate. */
export interface Invariant {
  readonly name: string;
  check(run: Run, ledgers: readonly Ledger[]): Promise<readonly string[]>;
}
