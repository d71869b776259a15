import type { MessagePort } from 'node:worker_threads';
import type { ObjectStore } from '../core/ports/object-store.ts';
import { type ExportState, exportRun, exportToFile } from './export-blocks.ts';
import { importBlocks } from './import-blocks.ts';
import { attachLibrary, type Library } from './library.ts';
import type { Random } from './recovery-key.ts';
import type { FromThread, TaskResults, ThreadTask, ToThread } from './thread-messages.ts';

export interface ThreadOutside {
  readonly store: ObjectStore;
  readonly random: Random;
  readonly now: () => number;
}

/** The loop of a thread that `startTaskThreads` has started. */
export const serveTasks = (port: MessagePort, outside: ThreadOutside): void => {
  let library: Library | undefined;
  const reading: ExportState = { memory: [] };
  const tell = (message: FromThread): void => port.postMessage(message);

  const perform = async (task: ThreadTask): Promise<TaskResults[keyof TaskResults]> => {
    if (!library) throw new Error('a task came before its library');
    switch (task.kind) {
      case 'import':
        return importBlocks(library, task);
      case 'export-to-file':
        return exportToFile(library, task, reading);
      case 'export-run':
        return exportRun(library, task, reading);
      default:
        return task satisfies never;
    }
  };

  port.on('message', (message: ToThread) => {
    if (message.type === 'library') {
      // buffers for packs are kept: they are the memory that costs
      const packBuffers = library?.packBuffers;
      reading.opened = undefined;
      library = { ...attachLibrary({ ...outside, shared: message.shared }), ...(packBuffers && { packBuffers }) };
      return;
    }
    perform(message.task).then(
      (result) => tell({ type: 'done', result }),
      (error: unknown) => {
        const { name, message } = error instanceof Error ? error : new Error(String(error));
        tell({ type: 'failed', error: { name, message } });
      },
    );
  });
};
