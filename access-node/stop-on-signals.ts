import type { Log } from './log.ts';

/** Just what of a process is needed. */
export interface Signalled {
  on(event: string, listener: (message?: unknown) => void): unknown;
}

/**
 * `stop` aborts with the first request to stop: SIGTERM, SIGINT, Ctrl-Break on Windows (which has no SIGTERM), or the
 * message `stop` of a parent process. `hurry` aborts with the second: no grace for what runs.
 */
export const stopOnSignals = (
  source: Signalled,
  log: Log,
): { readonly stop: AbortSignal; readonly hurry: AbortSignal } => {
  const stop = new AbortController();
  const hurry = new AbortController();
  const ask = (by: string): void => {
    log.info('asked to stop', { by, again: stop.signal.aborted });
    if (stop.signal.aborted) hurry.abort();
    stop.abort(new Error('the node stops'));
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGBREAK']) source.on(signal, () => ask(signal));
  source.on('message', (message) => {
    if (message === 'stop') ask('message');
  });
  return { stop: stop.signal, hurry: hurry.signal };
};
