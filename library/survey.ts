import { BlockTable } from './block-table.ts';
import { type Condemned, latestGeneration, NOTHING_CONDEMNED, readCondemned } from './condemned.ts';
import { CorruptObject, isLoss, MissingObject } from './errors.ts';
import { inParallel } from './in-parallel.ts';
import { type IndexContents, openIndex } from './index-object.ts';
import type { Library } from './library.ts';
import { counting, type MaintenanceOptions, type OnDamage, READS_AT_ONCE } from './maintenance.ts';
import { indexName, packName } from './names.ts';
import { PackCensus } from './pack-census.ts';
import { ENTRY_BYTES, type PackContents } from './pack-contents.ts';
import { readPackContents } from './pack-object.ts';
import { HEADER_BYTES } from './seal.ts';

export interface SurveyOptions extends MaintenanceOptions {
  readonly onDamage?: OnDamage | undefined;
  /** Also read packs that no index names, for what blocks they hold: those that are not dropped, or all. */
  readonly unindexed: 'read' | 'read-all' | 'skip';
  /** Instead of the generation in force. */
  readonly condemned?: Condemned;
}

/**
 * What is in a library but its points, maps and pages. Some 40 bytes a block, which are given back when it is disposed of:
 * two at a time would be too much.
 */
export interface Survey extends Disposable {
  readonly condemned: Condemned;
  /** Blocks of packs that are there; of two copies, one that is not condemned. */
  readonly table: BlockTable;
  /** Blocks of packs that an index names and that are gone. */
  readonly goneTable: BlockTable;
  readonly packs: PackCensus;
  readonly indexes: readonly { readonly id: string; readonly size: number }[];
}

/** The generation in force. Where it cannot be read and damage is to be told, nothing counts as condemned but its number. */
export const readLatestCondemned = async (library: Library, onDamage?: OnDamage): Promise<Condemned> => {
  for (;;) {
    const generation = await latestGeneration(library.store);
    if (generation === 0) return NOTHING_CONDEMNED;
    try {
      const condemned = await readCondemned(library, generation);
      if (condemned) return condemned;
    } catch (error) {
      if (!onDamage || !isLoss(error)) throw error;
      onDamage(error);
      return { ...NOTHING_CONDEMNED, generation };
    }
  }
};

const MOST_PASSES = 10;

/** Every index object once; one that a merge replaces meanwhile is found in what replaced it. Returns the ids and sizes. */
export const readIndexes = async (
  library: Library,
  { onDamage, ...options }: MaintenanceOptions & { readonly onDamage?: OnDamage | undefined },
  visit: (id: string, contents: IndexContents) => Promise<void> | void,
): Promise<{ readonly id: string; readonly size: number }[]> => {
  const read = new Map<string, number>();
  for (let pass = 1; ; pass++) {
    const fresh: { readonly id: string; readonly size: number }[] = [];
    for await (const { key, size } of library.store.list('index/')) {
      const id = key.slice('index/'.length);
      if (!read.has(id)) fresh.push({ id, size });
    }
    let complete = true;
    const progress = counting(options, 'index objects', read.size + fresh.length);
    await inParallel(fresh, { atOnce: 4, signal: options.signal }, async ({ id, size }) => {
      const found = await library.store.get(indexName(id));
      if (!found) {
        complete = false;
        return;
      }
      read.set(id, size);
      try {
        await visit(id, openIndex(library.keys, id, found.bytes));
      } catch (error) {
        if (!onDamage || !(error instanceof CorruptObject)) throw error;
        onDamage(error);
      }
      progress.step();
    });
    if (complete) return [...read].map(([id, size]) => ({ id, size }));
    if (pass === MOST_PASSES)
      throw new MissingObject({ key: 'index/', kind: 'index' }, 'what is listed is not there, time and again');
  }
};

const isPackKey = (key: string): boolean => /^packs\/([0-9a-f]{2})\/\1[0-9a-f]{30}$/.test(key);
const idOf = (key: string): Buffer => Buffer.from(key.slice('packs/xx/'.length), 'hex');

/**
 * Reads what indexes and listings say. To be called after the points that matter were listed: what those refer to was
 * written before them, so it is found.
 */
export const surveyLibrary = async (library: Library, options: SurveyOptions): Promise<Survey> => {
  const { store } = library;
  const condemned = options.condemned ?? (await readLatestCondemned(library, options.onDamage));
  const [table, goneTable] = [new BlockTable(undefined, 'own'), new BlockTable(undefined, 'own')];
  const packs = new PackCensus();
  table.setCondemned(new Set(condemned.packs));
  for await (const { key, size } of store.list('packs/')) {
    if (!isPackKey(key)) {
      options.onDamage?.(new CorruptObject({ key, kind: 'pack', check: 'its name is not that of a pack' }));
      continue;
    }
    const pack = packs.at(idOf(key));
    packs.listedSize[pack] = size;
    packs.present[pack] = true;
  }

  const add = (pack: number, contents: PackContents): void => {
    packs.size[pack] = contents.size;
    packs.blocks[pack] = contents.entries.length / ENTRY_BYTES;
    if (contents.versionId !== undefined) packs.versionIds.set(pack, contents.versionId);
    if (!packs.present[pack]) goneTable.addPack(contents);
    else if ((packs.tableNumber[pack] as number) < 0) packs.setTableNumber(pack, table.addPack(contents));
  };
  /** A pack that was not listed may have been written since, or be hidden by a delete in a versioned bucket. */
  const isThere = async ({ id, versionId }: PackContents): Promise<boolean> => {
    const header = await store.getRange(packName(id.toString('hex')), 0, HEADER_BYTES, versionId);
    return header?.length === HEADER_BYTES;
  };

  const indexes = await readIndexes(library, options, async (_id, contents) => {
    for (const pack of contents.packs) {
      const number = packs.at(pack.id);
      if (!packs.indexed[number]) {
        packs.present[number] ||= await isThere(pack);
        add(number, pack);
      }
      packs.indexed[number] = true;
    }
  });

  for (const id of condemned.packs) {
    const pack = packs.find(Buffer.from(id, 'hex'));
    if (pack >= 0) packs.condemned[pack] = true;
  }
  if (options.unindexed !== 'skip') {
    const all = options.unindexed === 'read-all';
    const unindexed = [...packs].filter((pack) => !packs.indexed[pack] && (all || !packs.isDropped(pack)));
    const progress = counting(options, 'packs', unindexed.length);
    await inParallel(unindexed, { atOnce: READS_AT_ONCE, signal: options.signal }, async (pack) => {
      try {
        add(pack, await readPackContents(store, library.keys, packs.id(pack), packs.listedSize[pack] as number));
      } catch (error) {
        // gone since it was listed, or damaged and named by nobody
        if (!isLoss(error)) throw error;
        if (error instanceof MissingObject) packs.present[pack] = false;
        else options.onDamage?.(error);
      }
      progress.step();
    });
  }
  const release = (): void => {
    table.release();
    goneTable.release();
  };
  return { condemned, table, goneTable, packs, indexes, [Symbol.dispose]: release };
};
