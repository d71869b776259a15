/** Test files as `node --test` runs them, each in a process of its own, but in the order in which they are given. */
import { finished } from 'node:stream/promises';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';

interface Files {
  /** Absolute paths, or from `cwd`. What takes longest first: nothing waits for it in the end. */
  readonly files: readonly string[];
  readonly cwd: string;
  /** Processes at a time. */
  readonly concurrency: number;
  /** ms, of each test. */
  readonly timeout: number;
  /** What each process loads first. */
  readonly preload?: string;
}

/** Reports to standard output, with the totals last. Answers whether every test passed. */
export const runFiles = async ({ files, cwd, concurrency, timeout, preload }: Files): Promise<boolean> => {
  const execArgv = preload === undefined ? [] : ['--import', preload];
  const events = run({ files: [...files], cwd, concurrency, timeout, execArgv });
  let passed = false;
  // of each file, too: those name it
  events.on('test:summary', ({ file, success }) => {
    if (file === undefined) passed = success;
  });
  const report = events.compose(spec);
  report.pipe(process.stdout, { end: false });
  await finished(report);
  return passed;
};
