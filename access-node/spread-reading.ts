import type { MessagePort } from 'node:worker_threads';
import type { SessionCredentials } from '../core/contracts/orders.ts';
import type { Library } from '../library/library.ts';
import { PACKS_AT_ONCE, type PackReader, readPack } from '../library/read-pack.ts';
import { type RunReader, readRunBack } from '../library/verify-volume.ts';
import type { FromHelper, ReadingResults, ReadingTask, ToHelper } from './help-reading.ts';

type Result = ReadingResults[keyof ReadingResults];

interface Asked extends PromiseWithResolvers<Result> {
  readonly task: ReadingTask;
  /** In this thread. */
  readonly here: () => Promise<Result>;
}

interface Lane {
  readonly reading: Set<Asked>;
  start(asked: Asked): void;
}

export interface SpreadReading extends PackReader, RunReader {
  /** One more thread that reads, at the port's other end, until it closes. */
  addHelper(port: MessagePort): void;
  close(): void;
}

export interface SpreadReadingOptions {
  readonly library: Library;
  readonly credentials: () => SessionCredentials;
  /** The most that read, this thread included. */
  readonly threads: number;
  /** Aborts what this thread reads. */
  readonly signal: AbortSignal;
  /** Called before anything is read. */
  readonly wantHelpers: () => void;
}

/** By the name of what went wrong there. */
class HelperFailed extends Error {
  constructor({ name, message }: { readonly name: string; readonly message: string }) {
    super(message);
    this.name = name;
  }
}

/**
 * Reads in this thread and in those that help it. Each has two packs in memory at most; what a helper leaves undone is read
 * by another.
 */
export const spreadReading = ({
  library,
  credentials,
  threads,
  signal,
  wantHelpers,
}: SpreadReadingOptions): SpreadReading => {
  const waiting: Asked[] = [];
  const lanes: Lane[] = [];
  const ports = new Set<MessagePort>();
  let wanted = false;

  const next = (): void => {
    while (waiting.length > 0) {
      // helpers come after this thread in the list, which has other work too
      const lane = lanes.toReversed().find(({ reading }) => reading.size < PACKS_AT_ONCE);
      const asked = lane && waiting.shift();
      if (!asked) return;
      lane.reading.add(asked);
      lane.start(asked);
    }
  };
  const done = (lane: Lane, asked: Asked): void => {
    lane.reading.delete(asked);
    next();
  };

  const own: Lane = {
    reading: new Set(),
    start(asked) {
      asked
        .here()
        .then(asked.resolve, asked.reject)
        .finally(() => done(own, asked));
    },
  };
  lanes.push(own);

  const ask = (task: ReadingTask, here: Asked['here']): Promise<Result> => {
    const asked = { task, here, ...Promise.withResolvers<Result>() };
    waiting.push(asked);
    if (!wanted) wantHelpers();
    wanted = true;
    next();
    return asked.promise;
  };

  return {
    atOnce: PACKS_AT_ONCE * threads,
    read: (pack) => ask({ kind: 'pack', pack }, () => readPack(library, pack)) as Promise<ReadingResults['pack']>,
    async readBack(map, run) {
      const { recoveryPointId, volumeId } = map;
      const here = () => readRunBack(library, map, run, signal);
      try {
        const task = { kind: 'run', map: { recoveryPointId, volumeId }, run } as const;
        return (await ask(task, here)) as ReadingResults['run'];
      } catch (error) {
        // a helper's index is as old as its help: what it does not find is looked for here
        if (!(error instanceof HelperFailed)) throw error;
        return here();
      }
    },
    addHelper(port) {
      const numbers = new Map<number, Asked>();
      let number = 0;
      const lane: Lane = {
        reading: new Set(),
        start(asked) {
          number += 1;
          numbers.set(number, asked);
          port.postMessage({ asked: number, task: asked.task, credentials: credentials() } satisfies ToHelper);
        },
      };
      port.on('message', (answer: FromHelper) => {
        const asked = numbers.get(answer.asked);
        if (!asked) return;
        numbers.delete(answer.asked);
        if ('result' in answer) asked.resolve(answer.result);
        else asked.reject(new HelperFailed(answer.error));
        done(lane, asked);
      });
      port.on('close', () => {
        ports.delete(port);
        lanes.splice(lanes.indexOf(lane), 1);
        waiting.unshift(...numbers.values());
        next();
      });
      ports.add(port);
      lanes.push(lane);
      next();
    },
    close() {
      for (const port of ports) port.close();
    },
  };
};
