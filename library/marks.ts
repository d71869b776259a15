import { BitSet } from './bit-set.ts';
import { blocksInPage } from './block.ts';
import type { BlockPage } from './block-page.ts';
import type { Condemned } from './condemned.ts';
import { CorruptObject, isLoss, LibraryDamaged, type LossError } from './errors.ts';
import { inParallel } from './in-parallel.ts';
import type { Library } from './library.ts';
import type { ListedPoints } from './list-points.ts';
import { READS_AT_ONCE } from './maintenance.ts';
import { type PageEntry, readPageObject } from './page-object.ts';
import { PageSet } from './page-set.ts';
import { type Survey, surveyLibrary } from './survey.ts';
import type { VolumeMap } from './volume-map.ts';
import { type WalkOptions, walkMaps } from './walk-maps.ts';

/** What recovery points refer to: a bit a block beside the survey's table. */
export class Marks {
  readonly pages = new PageSet();
  /** By the pack's number in the census. */
  readonly liveBlocks: number[] = [];
  readonly liveBytes: number[] = [];
  volumes = 0;
  logicalBytes = 0;
  /** Blocks that are not zero, of all volumes of all points. */
  dataBlocks = 0;
  /** Different ones. */
  blocks = 0;
  bytes = 0;
  /** That no pack holds; a block that two pages name counts twice. */
  lostBlocks = 0;
  readonly #survey: Survey;
  readonly #marked = new BitSet();

  constructor(survey: Survey) {
    this.#survey = survey;
  }

  addMap({ sizeBytes, dataBlocks }: VolumeMap): void {
    this.volumes++;
    this.logicalBytes += sizeBytes;
    this.dataBlocks += dataBlocks;
  }

  addPage(page: BlockPage): void {
    for (let at = 0; at < page.blockCount; at++) {
      const id = page.id(at);
      if (id) this.#addBlock(id);
    }
  }

  /** Whether a point refers to the block, and this pack has the copy that counts. */
  isLiveIn(packId: string, id: Buffer): boolean {
    const { table } = this.#survey;
    const entry = table.find(id);
    return entry >= 0 && this.#marked.has(entry) && table.pack(table.location(entry).pack).id === packId;
  }

  /** Live bytes of a pack, by its number in the census. */
  bytesOf(pack: number): number {
    return this.liveBytes[pack] ?? 0;
  }

  /** Whether nothing needs a pack. One that could not be read is not known to be dead while blocks are missing. */
  isDead(pack: number): boolean {
    return this.bytesOf(pack) === 0 && !((this.#survey.packs.size[pack] as number) < 0 && this.lostBlocks > 0);
  }

  #addBlock(id: Buffer): void {
    const { table, packs } = this.#survey;
    const entry = table.find(id);
    if (entry < 0) {
      this.lostBlocks++;
      return;
    }
    if (!this.#marked.add(entry)) return;
    const { pack: inTable, length } = table.location(entry);
    const pack = packs.ofTable(inTable);
    this.blocks++;
    this.bytes += length;
    this.liveBlocks[pack] = (this.liveBlocks[pack] ?? 0) + 1;
    this.liveBytes[pack] = this.bytesOf(pack) + length;
  }
}

export interface MarkOptions extends Omit<WalkOptions, 'onDamage'> {
  readonly onDamage: (error: LossError) => void;
}

/** Marks what these recovery points refer to. Damage is told, and what lies behind it is not marked. */
export const addMarks = async (
  library: Library,
  { listed, marks }: { readonly listed: ListedPoints; readonly marks: Marks },
  { onDamage, ...options }: MarkOptions,
): Promise<void> => {
  const walk = { ...options, onDamage: ({ error }: { error: LossError }) => onDamage(error) };
  await walkMaps(library, listed, walk, async (map) => {
    marks.addMap(map);
    const fresh = map.pages.filter(({ id }) => id !== 'zero' && marks.pages.add(id));
    await inParallel(fresh, { atOnce: READS_AT_ONCE, signal: options.signal }, async (entry) => {
      try {
        marks.addPage(await readEntry(library, map, entry));
      } catch (error) {
        if (!isLoss(error)) throw error;
        onDamage(error);
      }
    });
  });
};

const readEntry = (library: Library, { blockCount }: VolumeMap, entry: PageEntry): Promise<BlockPage> =>
  readPageObject(library, entry, blocksInPage(blockCount, entry.page));

export interface Surveyed {
  readonly survey: Survey;
  readonly marks: Marks;
  /** What could not be read of the points. */
  readonly damaged: readonly LossError[];
}

export interface SurveyAndMarkOptions extends Omit<WalkOptions, 'onDamage'> {
  /** Recovery points that are being made: what is there of them counts, and nothing of them need be there. */
  readonly attempts: readonly string[];
  readonly condemned?: Condemned;
}

/** Surveys, then marks what the points refer to; the survey is the caller's to dispose of. Dropped packs are read only where blocks are missing that they may hold. */
export const surveyAndMark = async (
  library: Library,
  listed: ListedPoints,
  { condemned, attempts, ...options }: SurveyAndMarkOptions,
): Promise<Surveyed> => {
  const attempt = async (unindexed: 'read' | 'read-all'): Promise<Surveyed> => {
    const { signal, onProgress } = options;
    const survey = await surveyLibrary(library, { signal, onProgress, unindexed, ...(condemned && { condemned }) });
    const damaged: LossError[] = [];
    const onDamage = (error: LossError): void => void damaged.push(error);
    const marks = new Marks(survey);
    await addMarks(library, { listed, marks }, { ...options, onDamage });
    // one that a prune overtook may name what is gone: it is never committed
    const onDamageOfAttempt = (error: LossError): void => {
      if (error instanceof CorruptObject) onDamage(error);
    };
    await addMarks(library, { listed, marks }, { ...options, points: attempts, onDamage: onDamageOfAttempt });
    return { survey, marks, damaged };
  };
  const first = await attempt('read');
  const { packs } = first.survey;
  const isAnyDropped = [...packs].some((pack) => packs.isDropped(pack));
  if (first.marks.lostBlocks === 0 || !isAnyDropped) return first;
  first.survey[Symbol.dispose]();
  return attempt('read-all');
};

/**
 * What is corrupt may refer to anything, and may be read tomorrow; what is missing may be hidden (a delete marker), or come
 * back from a replica.
 */
export const refuseDamage = (damaged: readonly LossError[], acceptDamage = false): void => {
  if (damaged.length > 0 && !acceptDamage) throw new LibraryDamaged(damaged);
};
