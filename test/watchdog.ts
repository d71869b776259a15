/**
 * Loaded into the process of each test file (`node --test --import`): one that does not end says what it waits for, or
 * where it runs in circles, and fails. `--test-timeout` ends tests, but neither their teardown nor a loop that never
 * yields, and would leave the whole run waiting for the file.
 */
import { writeSync } from 'node:fs';
import { Session } from 'node:inspector';
import { isMainThread, Worker, workerData } from 'node:worker_threads';

const SECONDS = 900;
const STDERR = 2;
/** `workerData` of the thread beside, which other threads of the process, loading this too, have not. */
const ROLE = 'watchdog';

const say = (what: string): void =>
  void writeSync(STDERR, `${process.argv[1]} has not ended after ${SECONDS} s: ${what}\n`);

/** The event loop turns: something is awaited. */
const watchWaiting = (): void => {
  setTimeout(() => {
    Object.assign(process.report, { excludeNetwork: true });
    const { libuv } = process.report.getReport() as { libuv: readonly { readonly is_active: boolean }[] };
    const open = libuv.filter((handle) => handle.is_active).map((handle) => JSON.stringify(handle));
    say(`it waits. Open:\n${open.join('\n')}`);
    process.exit(1);
  }, SECONDS * 1_000).unref();
};

/** In a thread beside: the event loop of the main one has stood still for so long that it could not end itself. */
const watchLoops = (): void => {
  setTimeout(
    () => {
      const session = new Session();
      session.connectToMainThread();
      const end = (): void => void process.kill(process.pid, 'SIGKILL');
      session.on('Debugger.paused', ({ params }) => {
        const frames = params.callFrames.map(
          ({ functionName, url, location }) => `  ${functionName || '(anonymous)'} ${url}:${location.lineNumber + 1}`,
        );
        say(`it runs in circles, in\n${frames.join('\n')}`);
        end();
      });
      session.post('Debugger.enable');
      session.post('Debugger.pause');
      setTimeout(end, 5_000);
    },
    (SECONDS + 15) * 1_000,
  );
};

if (workerData === ROLE) watchLoops();
else if (isMainThread && process.env.NODE_TEST_CONTEXT) {
  watchWaiting();
  new Worker(new URL(import.meta.url), { execArgv: [], workerData: ROLE }).unref();
}
