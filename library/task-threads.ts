import type { Worker } from 'node:worker_threads';
import { type Library, shareLibrary } from './library.ts';
import {
  errorOf,
  type FromThread,
  failureOf,
  type SharedVolume,
  type TaskResults,
  type ThreadTask,
  type ToThread,
} from './thread-messages.ts';

/** A thread that does one task at a time. */
export interface TaskThread {
  run<Task extends ThreadTask>(task: Task): Promise<TaskResults[Task['kind']]>;
}

export interface TaskThreads {
  readonly threads: readonly TaskThread[];
  /** Shows them the library's index as it is now, and the volume that they are to export. Between tasks only. */
  share(library: Library, volume?: SharedVolume): void;
  close(): Promise<void>;
}

/** Starts `count` threads, at least one, that run `serveTasks`. */
export const startTaskThreads = (startThread: () => Worker, count: number): TaskThreads => {
  if (!Number.isInteger(count) || count < 1) throw new RangeError(`${count} threads would do nothing`);
  const workers = Array.from({ length: count }, startThread);
  const say = (worker: Worker, message: ToThread): void => worker.postMessage(message);
  let sharing: Library | undefined;
  const answerIndex = async (worker: Worker): Promise<void> => {
    try {
      if (!sharing) throw new Error('no library is shared');
      say(worker, { type: 'index', index: await sharing.index.shareFresh() });
    } catch (error) {
      say(worker, { type: 'no-index', error: failureOf(error) });
    }
  };
  return {
    threads: workers.map((worker) => threadOf(worker, say, answerIndex)),
    share: (library, volume) => {
      sharing = library;
      for (const worker of workers) say(worker, { type: 'library', shared: shareLibrary(library), volume });
    },
    close: async () => {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
};

const threadOf = (
  worker: Worker,
  say: (worker: Worker, message: ToThread) => void,
  answerIndex: (worker: Worker) => Promise<void>,
): TaskThread => {
  let died: Error | undefined;
  let waiting: PromiseWithResolvers<TaskResults[keyof TaskResults]> | undefined;
  const settle = (act: (waits: PromiseWithResolvers<TaskResults[keyof TaskResults]>) => void): void => {
    const waits = waiting;
    waiting = undefined;
    if (waits) act(waits);
  };
  worker.on('message', (message: FromThread) => {
    if (message.type === 'want-index') return void answerIndex(worker);
    settle(({ resolve, reject }) => {
      if (message.type === 'done') resolve(message.result);
      else reject(errorOf(message.error));
    });
  });
  worker.on('error', (error) => {
    died = error;
    settle(({ reject }) => reject(error));
  });
  worker.on('exit', () => {
    died ??= new Error('the thread has ended');
    settle(({ reject }) => reject(died));
  });
  return {
    run: async <Task extends ThreadTask>(task: Task) => {
      if (died) throw died;
      if (waiting) throw new Error('this thread has a task already');
      waiting = Promise.withResolvers();
      say(worker, { type: 'task', task });
      return (await waiting.promise) as TaskResults[Task['kind']];
    },
  };
};
