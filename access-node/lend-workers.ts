import { MessageChannel, type MessagePort, type Worker } from 'node:worker_threads';
import type { HelpedLibrary, ToWorker } from './worker-protocol.ts';

/** Workers without an order, which help those that asked until an order needs them. */
export interface WorkerLending {
  /** A worker that has nothing to do; undefined where there is none, not even one that helps. */
  take(): Promise<Worker | undefined>;
  /** This worker has nothing to do. */
  give(worker: Worker): void;
  /** The worker's order can use as many helpers as there are. */
  want(borrower: Worker, library: HelpedLibrary): void;
  /** Its order has ended. */
  wantNoMore(borrower: Worker): void;
  /** A helper has ended what it had been asked for. */
  helped(helper: Worker): void;
  /** The worker has died. */
  lost(worker: Worker): void;
}

const say = (worker: Worker, message: ToWorker, port: MessagePort): void => worker.postMessage(message, [port]);

export const createWorkerLending = (): WorkerLending => {
  const idle: Worker[] = [];
  const borrowers = new Map<Worker, HelpedLibrary>();
  /** Each with whom it helps. */
  const helpers = new Map<Worker, Worker>();
  const waiting: ((worker: Worker | undefined) => void)[] = [];

  const helpersOf = (borrower: Worker): number => [...helpers.values()].filter((other) => other === borrower).length;

  const lend = (): void => {
    while (idle.length > 0) {
      const [first] = [...borrowers].sort(([a], [b]) => helpersOf(a) - helpersOf(b));
      const helper = first && idle.pop();
      if (!helper) return;
      const [borrower, library] = first;
      const { port1, port2 } = new MessageChannel();
      helpers.set(helper, borrower);
      say(helper, { type: 'help', library, port: port2 }, port2);
      say(borrower, { type: 'helper', port: port1 }, port1);
    }
  };

  const give = (worker: Worker): void => {
    const next = waiting.shift();
    if (next) next(worker);
    else {
      idle.push(worker);
      lend();
    }
  };

  return {
    async take() {
      const worker = idle.pop();
      if (worker) return worker;
      const called = waiting.length;
      const helper = [...helpers.keys()][called];
      if (!helper) return undefined;
      helper.postMessage({ type: 'help-no-more' } satisfies ToWorker);
      return new Promise((resolve) => waiting.push(resolve));
    },
    give,
    want(borrower, library) {
      borrowers.set(borrower, library);
      lend();
    },
    wantNoMore: (borrower) => void borrowers.delete(borrower),
    helped(helper) {
      if (helpers.delete(helper)) give(helper);
    },
    lost(worker) {
      borrowers.delete(worker);
      const at = idle.indexOf(worker);
      if (at >= 0) idle.splice(at, 1);
      // whoever waits for one that helps begins another
      if (helpers.delete(worker) && helpers.size < waiting.length) waiting.shift()?.(undefined);
    },
  };
};
