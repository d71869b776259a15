import { BLOCK_BYTES, blocksInPage, PAGE_BLOCKS } from './block.ts';
import type { Library } from './library.ts';
import { SharedTurns } from './shared-turns.ts';
import type { ExportedRun, ExportRunTask, ExportToFileTask, SharedVolume } from './thread-messages.ts';
import type { VolumeMap } from './volume-map.ts';
import { type BlockRun, openVolumeReader, type VolumeReader } from './volume-reader.ts';
import { writeAll } from './write-all.ts';

/** Of one turn, all in one page: 128 MiB, so that neighbours in a pack are mostly read together. */
const BLOCKS_OF_A_TURN = 256;
const TURNS_OF_A_PAGE = PAGE_BLOCKS / BLOCKS_OF_A_TURN;

/** Of a run that is decoded as a whole: 8 MiB. */
export const EXPORT_RUN_BLOCKS = 16;

const turnsOf = (map: VolumeMap): number => Math.ceil(map.blockCount / BLOCKS_OF_A_TURN);

type Lost = { readonly index: number; readonly message: string };

/** What a thread reads from until it is given another. */
export interface OpenedVolume {
  readonly map: VolumeMap;
  readonly reader: VolumeReader;
  /** Since the last task. */
  readonly lost: Lost[];
}

/** `memory` is for ranges of packs, the caller's to keep from one volume to the next. */
export const openVolume = (library: Library, { map, keepGoing }: SharedVolume, memory: Buffer[]): OpenedVolume => {
  const lost: Lost[] = [];
  const onLost = ({ index, error }: { readonly index: number; readonly error: Error }): void =>
    void lost.push({ index, message: error.message });
  const reader = openVolumeReader(library, map, { lend: true, memory, ...(keepGoing && { onLost }) });
  return { map, reader, lost };
};

/** This thread's part of a volume, each block at its place. The file must be as long as the volume, and empty. */
export const exportToFile = async (
  { map, reader, lost }: OpenedVolume,
  task: ExportToFileTask,
): Promise<ExportedRun> => {
  const turns = new SharedTurns(task.turns);
  let blocks = 0;
  const runs = function* (): Generator<BlockRun> {
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
      blocks += 1;
      turns.add(1);
      if (turns.stopped) break;
    }
  } catch (error) {
    turns.stop();
    throw error;
  }
  return { blocks, lost: lost.splice(0) };
};

/** A run of blocks, all of one page, one after the other as they are in the volume. */
export const exportRun = async ({ reader, lost }: OpenedVolume, { run, into }: ExportRunTask): Promise<ExportedRun> => {
  let blocks = 0;
  const target = Buffer.from(into);
  const filled = new Uint8Array(run.to - run.from);
  for await (const { index, plain } of reader.blocks([run])) {
    plain.copy(target, (index - run.from) * BLOCK_BYTES);
    filled[index - run.from] = 1;
    blocks += 1;
  }
  for (let at = 0; at < filled.length; at++) if (!filled[at]) target.fill(0, at * BLOCK_BYTES, (at + 1) * BLOCK_BYTES);
  return { blocks, lost: lost.splice(0) };
};

/** Runs of at most `blocks`, each in one page, that together are the volume. */
export const runsOf = function* (map: VolumeMap, blocks: number): Generator<BlockRun> {
  for (const { page } of map.pages) {
    const first = page * PAGE_BLOCKS;
    const end = first + blocksInPage(map.blockCount, page);
    for (let from = first; from < end; from += blocks) yield { from, to: Math.min(end, from + blocks) };
  }
};
