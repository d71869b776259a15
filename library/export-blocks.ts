import { writeSync } from 'node:fs';
import { BLOCK_BYTES, blocksInPage, PAGE_BLOCKS } from './block.ts';
import type { Library } from './library.ts';
import { SharedTurns } from './shared-turns.ts';
import type { ExportedRun, ExportRunTask, ExportToFileTask } from './thread-messages.ts';
import type { VolumeMap } from './volume-map.ts';
import { type BlockRun, openVolumeReader, type VolumeReader } from './volume-reader.ts';

/** Of one turn, all in one page: 128 MiB, so that neighbours in a pack are mostly read together. */
const BLOCKS_OF_A_TURN = 256;
const TURNS_OF_A_PAGE = PAGE_BLOCKS / BLOCKS_OF_A_TURN;

/** Of a run that is decoded as a whole: 8 MiB. */
export const EXPORT_RUN_BLOCKS = 16;

const turnsOf = (map: VolumeMap): number => Math.ceil(map.blockCount / BLOCKS_OF_A_TURN);

type Lost = { readonly index: number; readonly message: string };

/** What a thread keeps from one task to the next: memory for ranges of packs, and the volume that it reads from. */
export interface ExportState {
  readonly memory: Buffer[];
  opened?: OpenedVolume | undefined;
}

interface OpenedVolume {
  readonly name: string;
  readonly reader: VolumeReader;
  readonly lost: Lost[];
}

const openVolume = (
  library: Library,
  { map, keepGoing }: { readonly map: VolumeMap; readonly keepGoing: boolean },
  state: ExportState,
): OpenedVolume => {
  const name = `${map.seal} ${keepGoing}`;
  if (state.opened?.name !== name) {
    const lost: Lost[] = [];
    const onLost = ({ index, error }: { readonly index: number; readonly error: Error }): void =>
      void lost.push({ index, message: error.message });
    const { memory } = state;
    const reader = openVolumeReader(library, map, { lend: true, memory, ...(keepGoing && { onLost }) });
    state.opened = { name, reader, lost };
  }
  return state.opened;
};

/** This thread's part of a volume, each block at its place. The file must be as long as the volume, and empty. */
export const exportToFile = async (
  library: Library,
  task: ExportToFileTask,
  state: ExportState,
): Promise<ExportedRun> => {
  const turns = new SharedTurns(task.turns);
  const { reader, lost } = openVolume(library, task, state);
  const runs = function* (): Generator<BlockRun> {
    const { map } = task;
    const most = turnsOf(map);
    for (let turn = turns.take(most); turn !== undefined; turn = turns.take(most)) {
      if (map.pages[Math.floor(turn / TURNS_OF_A_PAGE)]?.id === 'zero') continue;
      const from = turn * BLOCKS_OF_A_TURN;
      yield { from, to: Math.min(map.blockCount, from + BLOCKS_OF_A_TURN) };
    }
  };
  try {
    for await (const { index, plain } of reader.blocks(runs())) {
      writeAll(task.fd, plain, index * BLOCK_BYTES);
      turns.add(1);
      if (turns.stopped) break;
    }
  } catch (error) {
    turns.stop();
    throw error;
  }
  return { lost: lost.splice(0) };
};

/** A run of blocks, all of one page, one after the other as they are in the volume. */
export const exportRun = async (library: Library, task: ExportRunTask, state: ExportState): Promise<ExportedRun> => {
  const { run, into } = task;
  const { reader, lost } = openVolume(library, task, state);
  const target = Buffer.from(into);
  const filled = new Uint8Array(run.to - run.from);
  for await (const { index, plain } of reader.blocks([run])) {
    plain.copy(target, (index - run.from) * BLOCK_BYTES);
    filled[index - run.from] = 1;
  }
  for (let at = 0; at < filled.length; at++) if (!filled[at]) target.fill(0, at * BLOCK_BYTES, (at + 1) * BLOCK_BYTES);
  return { lost: lost.splice(0) };
};

const writeAll = (fd: number, bytes: Buffer, position: number): void => {
  for (let written = 0; written < bytes.length; )
    written += writeSync(fd, bytes, written, bytes.length - written, position + written);
};

/** Runs of at most `blocks`, each in one page, that together are the volume. */
export const runsOf = function* (map: VolumeMap, blocks: number): Generator<BlockRun> {
  for (const { page } of map.pages) {
    const first = page * PAGE_BLOCKS;
    const end = first + blocksInPage(map.blockCount, page);
    for (let from = first; from < end; from += blocks) yield { from, to: Math.min(end, from + blocks) };
  }
};
