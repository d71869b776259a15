import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync, truncateSync } from 'node:fs';

/** A long run's results, over as many sittings as it takes. */
export interface Sitting<R> {
  /** The newest of each case, by its key, of earlier sittings and this one. */
  readonly results: ReadonlyMap<string, R>;
  /** Cases that were run before this sitting. */
  readonly found: number;
  keep(key: string, result: R): void;
  /** Aborts at Ctrl-C, and when the time is over: what is under way is given up, and nothing more begun. */
  readonly stop: AbortSignal;
  /** Whether all was run in one state of the sources, in words. */
  revisions(): string;
  close(): void;
}

export interface SittingOptions {
  /** A line of JSON for each result; absent: nothing is kept. */
  readonly file?: string | undefined;
  readonly minutes?: string | undefined;
}

interface Line<R> {
  readonly key: string;
  readonly revision: string;
  readonly result: R;
}

const revisionNow = (): string => {
  try {
    const git = (...args: string[]) => execFileSync('git', args, { cwd: import.meta.dirname, encoding: 'utf8' }).trim();
    return `${git('rev-parse', '--short', 'HEAD')}${git('status', '--porcelain', '--untracked-files=no') ? ' and changes' : ''}`;
  } catch {
    return 'unknown';
  }
};

export const openSitting = <R>({ file, minutes }: SittingOptions): Sitting<R> => {
  const revision = revisionNow();
  const lines = new Map<string, Line<R>>();
  const text = file !== undefined && existsSync(file) ? readFileSync(file, 'utf8') : '';
  // a sitting that was killed leaves half a line
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  if (file !== undefined && whole !== text) truncateSync(file, Buffer.byteLength(whole));
  for (const each of whole.split('\n').slice(0, -1)) {
    const line = JSON.parse(each) as Line<R>;
    lines.set(line.key, line);
  }
  const results = new Map([...lines].map(([key, { result }]) => [key, result]));
  const stop = new AbortController();
  const interrupt = (): void => stop.abort();
  const signals = ['SIGINT', 'SIGTERM'] as const;
  // a second Ctrl-C ends this process, too
  for (const signal of signals) process.once(signal, interrupt);
  const timer = minutes === undefined ? undefined : setTimeout(interrupt, Number(minutes) * 60_000);
  return {
    results,
    found: results.size,
    keep(key, result) {
      const line: Line<R> = { key, revision, result };
      lines.set(key, line);
      results.set(key, result);
      if (file !== undefined) appendFileSync(file, `${JSON.stringify(line)}\n`);
    },
    stop: stop.signal,
    revisions() {
      const counts = new Map<string, number>();
      for (const line of lines.values()) counts.set(line.revision, (counts.get(line.revision) ?? 0) + 1);
      return [...counts].map(([of, count]) => `${count} at ${of}`).join(', ') || 'none';
    },
    close() {
      clearTimeout(timer);
      for (const signal of signals) process.off(signal, interrupt);
    },
  };
};
