import type { Words } from './aws-words.ts';

/** Where an emulation of AWS does otherwise than AWS. */
export interface Difference {
  /** The tests that differ, by the names of their suites and their own. */
  readonly test: RegExp;
  /** What they fail with. */
  readonly says: RegExp;
  /** What moto does. */
  readonly moto: string;
  /** What AWS does, as its documentation has it. */
  readonly aws: string;
  /** The words that say so, or a part of it; none where nothing was found. */
  readonly evidence: readonly Words[];
  /** What of `aws` nobody has looked up, or what was looked for and not found. */
  readonly open?: string;
  /** It depends on timing: the tests may pass as well. */
  readonly sometimes?: true;
}
