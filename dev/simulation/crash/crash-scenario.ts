import type { Run } from '../run.ts';
import type { Facts } from './stage.ts';
import type { StageName } from './stages.ts';

/** What one machine (and what starts, stops and follows it) does once: each of its calls is a boundary. */
export interface CrashScenario {
  /** What its boundaries are counted under. */
  readonly machine: string;
  readonly stage: StageName;
  /** In a world whose library has an Object Lock. */
  readonly locked?: true;
  /** Whose calls are its boundaries; absent: everybody's. What it starts besides has a scenario of its own. */
  readonly only?: RegExp;
  /** Begins it. Whatever goes on by itself afterwards is waited for by the runner, and belongs to it. */
  act(run: Run, facts: Facts): Promise<Acted>;
}

export interface Acted {
  readonly jobs?: readonly string[];
  readonly runs?: readonly string[];
  /** How they end when nothing crashes; absent: `completed`. */
  readonly end?: string;
  /** If its jobs and runs completed: what must be so besides. Throws. */
  check?(): Promise<void>;
  /** The same as a user would find out, by jobs of its own. */
  checkWhole?(): Promise<void>;
}
