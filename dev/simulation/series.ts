import type { Mutation } from '../deployment/mutation.ts';
import { runInChild } from './in-child.ts';

export interface SeededRun {
  readonly seed: string;
  readonly scenario: string;
}

/** What a process of runs is told. */
export interface SeriesOptions {
  /** One after the other. */
  readonly runs: readonly SeededRun[];
  /** Nothing fails. */
  readonly calm?: boolean;
  /** The whole trace with each report. */
  readonly trace?: boolean;
  readonly mutations?: readonly Mutation[];
}

export interface Report extends SeededRun {
  readonly hash: string;
  readonly events: number;
  readonly virtualSeconds: number;
  readonly cpuMs: number;
  readonly rssMb: number;
  readonly failure?: string;
  readonly stack?: string;
  readonly lines?: readonly string[];
  readonly said?: readonly string[];
}

export const SEEDS_SCRIPT = 'run-seeds.ts';

/** Runs them in a process of their own. */
export const runSeries = (argument: SeriesOptions, onReport: (report: Report) => void): Promise<void> =>
  runInChild({ script: SEEDS_SCRIPT, argument }, onReport);
