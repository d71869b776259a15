import { runInChild } from '../in-child.ts';
import type { Crash } from './case.ts';
import type { Boundary } from './states.ts';

export interface CaseSeries {
  readonly scenario: string;
  /** null: a run without a crash, which counts the boundaries. */
  readonly cases: readonly (Crash | null)[];
}

export interface CaseReport {
  readonly scenario: string;
  readonly crash?: Crash;
  readonly boundaries?: readonly Boundary[];
  readonly crashed?: string;
  readonly ended: readonly string[];
  readonly sweeps: number;
  readonly cpuMs: number;
  readonly events: number;
  readonly virtualSeconds: number;
  readonly rssMb: number;
  readonly failure?: string;
  readonly stack?: string;
  readonly lines?: readonly string[];
  readonly said?: readonly string[];
}

export const CASES_SCRIPT = 'crash/run-cases.ts';

/** Runs them one after the other in a process of their own. */
export const runCases = (argument: readonly CaseSeries[], onReport: (report: CaseReport) => void): Promise<void> =>
  runInChild({ script: CASES_SCRIPT, argument }, onReport);
