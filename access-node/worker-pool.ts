import type { Worker } from 'node:worker_threads';
import type { RunProgress } from '../core/contracts/library-runs.ts';
import type { OrderCredentials } from '../core/contracts/orders.ts';
import { createWorkerLending } from './lend-workers.ts';
import type { Log } from './log.ts';
import { asOrderError } from './order-errors.ts';
import type { ControlCall, OrderRunner, RunningOrder, WorkEnd } from './order-runner.ts';
import { createSharedCalls } from './shared-calls.ts';
import { createSharedCounters } from './shared-counters.ts';
import type { LentLibrary, TenantLibraries } from './tenant-libraries.ts';
import type { FromWorker, ToWorker } from './worker-protocol.ts';

export interface WorkerPoolOptions {
  /** Starts a thread that runs `runWorker`. */
  readonly startWorker: () => Worker;
  readonly libraries: Pick<TenantLibraries, 'lend'>;
  readonly log: Log;
}

/** How long a stopped order may take to end by itself; then its thread is ended. */
const STOP_MS = 5_000;

export interface WorkerPool extends OrderRunner {
  /** Starts threads ahead of the orders: loading the program takes a second. */
  warm(count: number): void;
  close(): Promise<void>;
}

/** Threads are kept between orders, for their compiled code, and replaced when one dies. */
export const createWorkerPool = ({ startWorker, libraries, log }: WorkerPoolOptions): WorkerPool => {
  const lending = createWorkerLending();
  const all = new Set<Worker>();

  const begin = (): Worker => {
    const worker = startWorker();
    all.add(worker);
    worker.once('exit', () => {
      all.delete(worker);
      lending.lost(worker);
    });
    // While it is idle nobody else listens, and an unheard error would end the node.
    worker.on('error', (error) => log.error('a worker thread died', { error }));
    worker.on('message', (message: FromWorker) => {
      if (message.type === 'helped') lending.helped(worker);
    });
    return worker;
  };
  const take = async (): Promise<Worker> => (await lending.take()) ?? begin();

  return {
    warm(count) {
      while (all.size < count) lending.give(begin());
    },
    start(order, wantCredentials, callControl): RunningOrder {
      const counters = createSharedCounters();
      const calls = createSharedCalls();
      let credentials: OrderCredentials = order.credentials;
      let rate = order.blockRate;
      let progress: RunProgress | undefined;
      let worker: Worker | undefined;
      let lent: LentLibrary | undefined;
      let stopping = false;
      let forced: NodeJS.Timeout | undefined;
      const stopped = Promise.withResolvers<undefined>();
      const say = (message: ToWorker): void => worker?.postMessage(message);

      const work = async (): Promise<WorkEnd> => {
        if (order.libraryAccess && credentials.library) {
          const purpose = order.rotatesKey ? 'rotation' : order.maintenance ? 'maintenance' : 'data';
          const lending = libraries.lend(order.libraryAccess, credentials.library, calls.count, purpose, order.lock);
          lent = await Promise.race([lending, stopped.promise]);
          // Stopped while a slow library was opened: whenever it is, it goes back.
          if (!lent) lending.then((late) => late.giveBack()).catch(() => undefined);
          // What came while the library was opened.
          else if (credentials.library) lent.setCredentials(credentials.library);
        }
        if (stopping) return { end: 'stopped' };
        const thread = await take();
        if (stopping) {
          lending.give(thread);
          return { end: 'stopped' };
        }
        worker = thread;
        const ended = listen(thread);
        say({
          type: 'start',
          order: { ...order, credentials, blockRate: rate },
          library: lent?.shared,
          counters: counters.memory,
          calls: calls.memory,
        });
        const { end, reusable } = await ended;
        worker = undefined;
        lending.wantNoMore(thread);
        if (reusable) lending.give(thread);
        return end;
      };

      const call = (asked: ControlCall): void => {
        callControl(asked).then(
          () => say({ type: 'control-called' }),
          (error: unknown) => {
            const { name, message } = asOrderError(error);
            say({ type: 'control-called', error: { name, message } });
          },
        );
      };

      const answerIndex = (): void => {
        const fresh = lent?.freshIndex() ?? Promise.reject(new Error('the order came without a library'));
        fresh.then(
          (index) => say({ type: 'index', answer: { index } }),
          (error: unknown) => {
            const { name, message } = asOrderError(error);
            say({ type: 'index', answer: { error: { name, message } } });
          },
        );
      };

      const listen = (thread: Worker) =>
        new Promise<{ end: WorkEnd; reusable: boolean }>((resolve) => {
          const onMessage = (message: FromWorker): void => {
            if (message.type === 'want-credentials') wantCredentials();
            if (message.type === 'progress') progress = message.progress;
            if (message.type === 'want-index') answerIndex();
            if (message.type === 'want-helpers' && lent && order.libraryAccess)
              lending.want(thread, {
                library: order.libraryAccess.library,
                shared: lent.shared,
                calls: calls.memory,
              });
            if (message.type === 'call-control') call(message.call);
            if (message.type !== 'ended') return;
            log.info('work ended', { orderId: order.orderId, end: message.end.end, ...message.figures });
            settle(message.end, true);
          };
          let died = 'it ended';
          const onError = (error: Error): void => {
            died = `${error.name}: ${error.message}`;
          };
          const onExit = (): void => {
            // Out of memory, mostly: another node, or a later try, may have room.
            const error = { name: 'TransientFailure', message: `the worker thread died: ${died}` };
            settle(stopping ? { end: 'stopped' } : { end: 'failed', error }, false);
          };
          const settle = (end: WorkEnd, reusable: boolean): void => {
            thread.off('message', onMessage).off('error', onError).off('exit', onExit);
            resolve({ end, reusable });
          };
          thread.on('message', onMessage).on('error', onError).on('exit', onExit);
        });

      const ended = work()
        .catch((error: unknown): WorkEnd => {
          const { name, message } = asOrderError(error);
          return { end: 'failed', error: { name, message } };
        })
        .finally(() => {
          clearTimeout(forced);
          lent?.giveBack();
        });

      return {
        ended,
        counters: counters.read,
        calls: calls.read,
        progress: () => progress,
        setRate(callsPerSecond) {
          rate = callsPerSecond;
          say({ type: 'rate', callsPerSecond });
        },
        setCredentials(fresh) {
          credentials = { ...credentials, ...fresh };
          if (fresh.library) lent?.setCredentials(fresh.library);
          say({ type: 'credentials', credentials: fresh });
        },
        stop() {
          if (stopping) return;
          stopping = true;
          stopped.resolve(undefined);
          say({ type: 'stop' });
          forced = setTimeout(() => void worker?.terminate(), STOP_MS);
        },
      };
    },
    async close() {
      await Promise.all([...all].map((worker) => worker.terminate()));
    },
  };
};
