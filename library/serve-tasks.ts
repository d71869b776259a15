import type { MessagePort } from 'node:worker_threads';
import type { ObjectStore } from '../core/ports/object-store.ts';
import { exportRun, exportToFile, type OpenedVolume, openVolume } from './export-blocks.ts';
import { importBlocks } from './import-blocks.ts';
import { attachLibrary, type Library } from './library.ts';
import type { SharedLibraryIndex } from './library-index.ts';
import type { Random } from './recovery-key.ts';
import {
  errorOf,
  type FromThread,
  failureOf,
  type TaskResults,
  type ThreadTask,
  type ToThread,
} from './thread-messages.ts';

export interface ThreadOutside {
  readonly store: ObjectStore;
  readonly random: Random;
  readonly now: () => number;
}

/** The loop of a thread that `startTaskThreads` has started. */
export const serveTasks = (port: MessagePort, outside: ThreadOutside): void => {
  let library: Library | undefined;
  let volume: OpenedVolume | undefined;
  /** For ranges of packs, kept from one task to the next. */
  const memory: Buffer[] = [];
  const tell = (message: FromThread): void => port.postMessage(message);
  let asked: PromiseWithResolvers<SharedLibraryIndex> | undefined;
  const askForFresh = (): Promise<SharedLibraryIndex> => {
    if (!asked) tell({ type: 'want-index' });
    asked ??= Promise.withResolvers();
    return asked.promise;
  };

  const perform = async (task: ThreadTask): Promise<TaskResults[keyof TaskResults]> => {
    if (!library) throw new Error('a task came before its library');
    switch (task.kind) {
      case 'import':
        return importBlocks(library, task);
      case 'export-to-file':
        return exportToFile(shared(volume), task);
      case 'export-run':
        return exportRun(shared(volume), task);
      default:
        return task satisfies never;
    }
  };

  port.on('message', (message: ToThread) => {
    if (message.type === 'library') {
      // buffers for packs are kept: they are the memory that costs
      const packBuffers = library?.packBuffers;
      const attached = attachLibrary({ ...outside, shared: message.shared, askForFresh });
      library = { ...attached, ...(packBuffers && { packBuffers }) };
      volume = message.volume && openVolume(library, message.volume, memory);
      return;
    }
    if (message.type !== 'task') {
      const waiting = asked;
      asked = undefined;
      if (message.type === 'index') waiting?.resolve(message.index);
      else waiting?.reject(errorOf(message.error));
      return;
    }
    perform(message.task).then(
      (result) => tell({ type: 'done', result }),
      (error: unknown) => tell({ type: 'failed', error: failureOf(error) }),
    );
  });
};

const shared = (volume: OpenedVolume | undefined): OpenedVolume => {
  if (!volume) throw new Error('a task came before its volume');
  return volume;
};
