import { spawn } from 'node:child_process';
import { setPriority } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface Child {
  /** Below this folder, e.g. `crash/run-cases.ts`. It writes a line of JSON for each report; any other line is shown. */
  readonly script: string;
  /** What it is told: its only argument, as JSON. */
  readonly argument: unknown;
  /** As of `nice`; default 0. */
  readonly priority?: number;
  /** Ends it before it is done: then this resolves, with what was reported until then. */
  readonly stop?: AbortSignal;
}

/** A simulation's process has ended before it was done, by itself. */
export class ChildEnded extends Error {
  override readonly name = 'ChildEnded';
}

/** Runs a part of the simulation in a process of its own, and hands over each of its reports as it comes. */
export const runInChild = async <T>(
  { script, argument, priority = 0, stop }: Child,
  onReport: (report: T) => void,
): Promise<void> => {
  if (stop?.aborted) return;
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, script), JSON.stringify(argument)],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      // one thread for files: their order is then that in which they were asked for
      env: { ...process.env, UV_THREADPOOL_SIZE: '1' },
    },
  );
  const ended = new Promise<number | string | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? signal));
  });
  if (priority !== 0 && child.pid !== undefined) setPriority(child.pid, priority);
  const kill = (): boolean => child.kill();
  stop?.addEventListener('abort', kill, { once: true });
  for await (const line of createInterface({ input: child.stdout })) {
    // killed in the middle of a report, it leaves half a line
    if (line.startsWith('{') && line.endsWith('}')) onReport(JSON.parse(line) as T);
    else console.log(line);
  }
  const how = await ended;
  stop?.removeEventListener('abort', kill);
  if (how !== 0 && !stop?.aborted) throw new ChildEnded(`the simulation's process ended with ${how}`);
};
