/** What a worker thread and one that helps it say to each other, and the helper's part of it. */
import type { MessagePort } from 'node:worker_threads';
import type { SessionCredentials } from '../core/contracts/orders.ts';
import type { Library } from '../library/library.ts';
import { type PackReading, type PackToRead, readPack } from '../library/read-pack.ts';
import { readRunBack } from '../library/verify-volume.ts';
import { readMap, type VolumeMap } from '../library/volume-map.ts';
import type { BlockRun } from '../library/volume-reader.ts';
import { asOrderError } from './order-errors.ts';

export type ReadingTask =
  /** Reads a whole pack and checks every block of it. */
  | { readonly kind: 'pack'; readonly pack: PackToRead }
  /** Reads a part of a volume back. */
  | { readonly kind: 'run'; readonly map: Pick<VolumeMap, 'recoveryPointId' | 'volumeId'>; readonly run: BlockRun };

/** What each kind of task ends with. */
export interface ReadingResults {
  readonly pack: PackReading;
  /** Blocks with data. */
  readonly run: number;
}

export interface ToHelper {
  readonly asked: number;
  readonly task: ReadingTask;
  /** As they are now. */
  readonly credentials: SessionCredentials;
}

export type FromHelper =
  | { readonly asked: number; readonly result: ReadingResults[keyof ReadingResults] }
  | { readonly asked: number; readonly error: { readonly name: string; readonly message: string } };

/** Opened for as long as the help lasts; `credentials` are those that came last. */
export interface OpenedToHelp {
  readonly library: Library;
  close(): void;
}

/** Reads for whoever is at the other end, until that closes or `stop` is called. */
export const helpReading = (
  port: MessagePort,
  open: (credentials: () => SessionCredentials) => OpenedToHelp,
  ended: () => void,
): { stop(): void } => {
  let credentials: SessionCredentials | undefined;
  let opened: OpenedToHelp | undefined;
  /** Of the volume that was read last. */
  let map: VolumeMap | undefined;
  let reading = 0;
  let [stopped, over] = [false, false];
  const current = (): SessionCredentials => {
    if (!credentials) throw new Error('nothing was asked for yet');
    return credentials;
  };
  const endIfDone = (): void => {
    if (!stopped || reading > 0 || over) return;
    over = true;
    port.close();
    opened?.close();
    ended();
  };
  const stop = (): void => {
    stopped = true;
    endIfDone();
  };
  const perform = async (library: Library, task: ReadingTask): Promise<ReadingResults[keyof ReadingResults]> => {
    if (task.kind === 'pack') return readPack(library, task.pack);
    const { recoveryPointId, volumeId } = task.map;
    if (map?.recoveryPointId !== recoveryPointId || map.volumeId !== volumeId)
      map = await readMap(library, recoveryPointId, volumeId);
    return readRunBack(library, map, task.run);
  };
  const answer = async ({ asked, task }: ToHelper): Promise<FromHelper> => {
    try {
      opened ??= open(current);
      return { asked, result: await perform(opened.library, task) };
    } catch (error) {
      const { name, message } = asOrderError(error);
      return { asked, error: { name, message } };
    }
  };
  port.on('message', (message: ToHelper) => {
    if (stopped) return;
    credentials = message.credentials;
    reading += 1;
    void answer(message).then((said) => {
      reading -= 1;
      port.postMessage(said);
      endIfDone();
    });
  });
  port.on('close', stop);
  return { stop };
};
