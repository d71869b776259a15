import { SingleBar } from 'cli-progress';
import type { LibraryRunView } from '../core/contracts/library-runs.ts';
import { CliError } from './cli-error.ts';
import { type Context, onNamedTenant } from './context.ts';
import { EXIT } from './exit-codes.ts';
import { findsFault, hasEnded } from './library-run-words.ts';
import { printable } from './printable.ts';
import type { Screen } from './screen.ts';
import { showLibraryRun } from './show-library-run.ts';
import { time } from './units.ts';

const FIRST_POLL_MS = 250;
const POLL_MS = 2_000;
/** The run goes on without us: a short outage should not end the watch. */
const PATIENCE_MS = 120_000;

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const mayPass = (error: unknown): boolean =>
  error instanceof CliError &&
  (error.exitCode === EXIT.unreachable || (error.problem?.status ?? 0) >= 500 || error.problem?.status === 429);

const createRunBar = (screen: Screen) => {
  if (!screen.interactive) return { show: (_: LibraryRunView) => undefined, end: () => undefined };
  const bar = new SingleBar({
    format: `${screen.colors.cyan('{bar}')} {percentage} %  {words}`,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 32,
    hideCursor: true,
    linewrap: false,
  });
  let begun = false;
  return {
    show({ state, progress }: LibraryRunView): void {
      const { done, total, unit } = progress ?? { done: 0, total: 1, unit: '' };
      const words = printable(progress ? `${done} of ${total} ${unit}` : state, { colored: true });
      if (!begun) bar.start(Math.max(1, total), done, { words });
      begun = true;
      // each step of the work counts its own things
      bar.setTotal(Math.max(1, total));
      bar.update(done, { words });
    },
    end: (): void => bar.stop(),
  };
};

/**
 * Until it has ended, or (a prune) waits for its second part, which may take a week; then shows it. Errors: CliError
 * without words, for the exit code, where it failed or something is wrong with the library.
 */
export const followLibraryRun = async (
  { api, screen }: Context,
  { tenant, runId }: { readonly tenant: string; readonly runId: string },
): Promise<void> => {
  const { route, params } = onNamedTenant('getLibraryRun', tenant);
  const read = () => api.call(route, { params: { ...params, runId } });
  let run = await read();
  let troubleSince: number | undefined;
  const bar = screen.json ? { show: () => undefined, end: () => undefined } : createRunBar(screen);
  try {
    bar.show(run);
    for (let pause = FIRST_POLL_MS; !hasEnded(run) && run.state !== 'waiting'; pause = Math.min(POLL_MS, pause * 1.5)) {
      await sleep(pause);
      try {
        run = await read();
        troubleSince = undefined;
      } catch (error) {
        troubleSince ??= Date.now();
        if (!mayPass(error) || Date.now() - troubleSince > PATIENCE_MS) throw error;
      }
      bar.show(run);
    }
  } finally {
    bar.end();
  }
  tellLibraryRun(screen, run);
};

/** Shows it; what is wrong makes the exit code. */
export const tellLibraryRun = (screen: Screen, run: LibraryRunView): void => {
  if (screen.json) screen.value(run);
  else {
    showLibraryRun(screen, run);
    if (run.state === 'waiting' && run.waitUntil !== undefined)
      screen.line(`\nThe space is given back after ${time(run.waitUntil)}, when nothing can need it any more.`);
  }
  if (run.state === 'failed' || run.state === 'cancelled')
    throw new CliError('RunFailed', '', { exitCode: EXIT.jobFailed });
  if (findsFault(run)) throw new CliError('LibraryDamaged', '', { exitCode: EXIT.incomplete });
};
