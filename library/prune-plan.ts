import { refuseHiddenRecords } from './hidden-records.ts';
import type { Library } from './library.ts';
import { type ListedPoints, listPointsAndMaps } from './list-points.ts';
import { unlockedOf } from './locked-objects.ts';
import { lockedPoints } from './locked-points.ts';
import type { MaintenanceOptions } from './maintenance.ts';
import { type Marks, refuseDamage, surveyAndMark } from './marks.ts';
import { packName } from './names.ts';
import { blockBytesOf } from './pack-contents.ts';
import type { Survey } from './survey.ts';

/** What the control plane knows and the library does not. */
export interface PruneInput {
  /** Recovery points that must be there. What is there and not named, whole or not, is kept too. */
  readonly committed: readonly string[];
  /** Recovery points that are to go: their time is over, or they were never committed and never will be. */
  readonly expired: readonly string[];
  /** Recovery points that attempts are at work on, or may take up again: what is there of them stays. */
  readonly pending: readonly string[];
  /** The last generation of what is condemned that the control plane was told of: it must be there, or a later one. */
  readonly notedGeneration?: number;
  /** Goes on though points cannot be read whole: what only they refer to is lost then. Only after a repair. */
  readonly acceptDamage?: boolean;
  /** Objects here have locks: what is locked stays as it is, whatever the control plane says, and what it refers to. */
  readonly locked?: boolean;
}

export interface PackToRewrite {
  readonly id: string;
  readonly bytes: number;
  readonly blocks: number;
  readonly liveBlocks: number;
  readonly liveBytes: number;
}

/** What a prune would do. JSON-safe. */
export interface PrunePlan {
  /** Recovery points that go, with their maps. */
  readonly expired: readonly string[];
  /** Recovery points of which there are maps but no point, and that were given up: their maps go. */
  readonly unfinished: readonly string[];
  /** Of which there are maps but no point, and that the control plane did not name: begun since it was asked. They stay. */
  readonly unnamed: readonly string[];
  readonly maps: number;
  /** Ids of pages that no remaining point refers to. */
  readonly pages: readonly string[];
  readonly packs: {
    /** Without a live block. */
    readonly delete: readonly string[];
    /** Less than half of which lives: their live blocks are copied into new packs first. */
    readonly rewrite: readonly PackToRewrite[];
    /** That an index names and that are not there: their entries go, so that their blocks are stored again. */
    readonly gone: readonly string[];
    readonly kept: number;
  };
  readonly indexObjects: number;
  /** Of all objects that go, less what is written anew. */
  readonly bytesGivenBack: number;
  /** To be read and written by rewriting. */
  readonly bytesToRewrite: number;
  /** Recovery points that stay, and their blocks that no pack holds. */
  readonly recoveryPoints: number;
  readonly lostBlocks: number;
  /** Objects that could not be read. */
  readonly damaged: readonly string[];
}

/** A plan with what it was made from; the survey is the caller's to dispose of. */
export interface PruneBasis {
  readonly plan: PrunePlan;
  readonly listed: ListedPoints;
  readonly survey: Survey;
  readonly marks: Marks;
}

/** Rewriting costs a read and a write of what lives, and pays where that is less than what it gives back. */
const REWRITE_BELOW = 1 / 2;

const sortPoints = (listed: ListedPoints, { expired, pending }: PruneInput) => {
  const going = new Set(expired);
  const working = new Set(pending);
  const sorted: Record<'live' | 'attempts' | 'unfinished' | 'unnamed', string[]> = {
    live: [],
    attempts: [],
    unfinished: [],
    unnamed: [],
  };
  for (const id of new Set([...listed.points.keys(), ...listed.maps.keys()])) {
    if (working.has(id)) sorted.attempts.push(id);
    else if (listed.points.has(id)) {
      if (!going.has(id)) sorted.live.push(id);
    } else if (going.has(id)) sorted.unfinished.push(id);
    // condemned, it could be committed all the same, and no backup could be based on it until that is taken back
    else sorted.unnamed.push(id);
  }
  return sorted;
};

interface SortedPacks {
  readonly remove: string[];
  readonly rewrite: PackToRewrite[];
  readonly gone: string[];
  kept: number;
  bytes: number;
}

const isWorthRewriting = ({ packs }: Survey, pack: number, liveBytes: number): boolean => {
  const blockBytes = blockBytesOf(packs.size[pack] as number, packs.blocks[pack] as number);
  return liveBytes > 0 && liveBytes < blockBytes * REWRITE_BELOW && !packs.isDropped(pack);
};

/** By number in the census: packs that could go or be rewritten, and are locked. They stay, with what they hold indexed. */
const lockedAmong = async (
  { store, now }: Library,
  survey: Survey,
  marks: Marks,
  signal: AbortSignal | undefined,
): Promise<ReadonlySet<number>> => {
  const { packs } = survey;
  const wanted = [...packs]
    .filter((pack) => packs.present[pack])
    .filter((pack) => marks.isDead(pack) || isWorthRewriting(survey, pack, marks.bytesOf(pack)))
    .map((pack) => ({ pack, key: packName(packs.id(pack)), versionId: packs.versionIds.get(pack) }));
  const free = new Set((await unlockedOf(store, wanted, now(), signal)).map(({ pack }) => pack));
  return new Set(wanted.map(({ pack }) => pack).filter((pack) => !free.has(pack)));
};

const sortPacks = (survey: Survey, marks: Marks, locked: ReadonlySet<number>): SortedPacks => {
  const { packs } = survey;
  const sorted: SortedPacks = { remove: [], rewrite: [], gone: [], kept: 0, bytes: 0 };
  for (const pack of packs) {
    const id = packs.id(pack);
    const bytes = packs.bytes(pack);
    const liveBytes = marks.bytesOf(pack);
    if (!packs.present[pack]) sorted.gone.push(id);
    else if (locked.has(pack)) sorted.kept++;
    else if (marks.isDead(pack)) {
      sorted.remove.push(id);
      sorted.bytes += bytes;
    } else if (isWorthRewriting(survey, pack, liveBytes)) {
      const [blocks, liveBlocks] = [packs.blocks[pack] as number, marks.liveBlocks[pack] as number];
      sorted.rewrite.push({ id, bytes, blocks, liveBlocks, liveBytes });
      sorted.bytes += bytes - liveBytes;
    } else sorted.kept++;
  }
  return sorted;
};

/** As `planPrune`, with what carrying it out needs. */
export const preparePrune = async (
  library: Library,
  input: PruneInput,
  options: MaintenanceOptions = {},
): Promise<PruneBasis> => {
  const listed = await listPointsAndMaps(library, input.committed);
  const pending = [...input.pending, ...(await lockedPoints(library, listed, input, options.signal))];
  const { live, attempts: named, unfinished, unnamed } = sortPoints(listed, { ...input, pending });
  const attempts = [...named, ...unnamed];
  const { survey, marks, damaged } = await surveyAndMark(library, listed, { ...options, points: live, attempts });
  refuseDamage(damaged, input.acceptDamage);
  const working = new Set(pending);
  const expired = input.expired.filter((id) => listed.points.has(id) && !working.has(id));
  let bytes = 0;
  let maps = 0;
  for (const id of [...expired, ...unfinished]) {
    bytes += listed.points.get(id) ?? 0;
    for (const { size } of listed.maps.get(id) ?? []) {
      maps++;
      bytes += size;
    }
  }
  const unmarked: { readonly id: string; readonly key: string; readonly size: number }[] = [];
  for await (const { key, size } of library.store.list('pages/')) {
    const id = key.slice('pages/xx/'.length);
    if (/^[0-9a-f]{64}$/.test(id) && !marks.pages.has(id)) unmarked.push({ id, key, size });
  }
  const free = input.locked ? await unlockedOf(library.store, unmarked, library.now(), options.signal) : unmarked;
  const pages = free.map(({ id }) => id);
  bytes += free.reduce((sum, { size }) => sum + size, 0);
  const lockedPacks = input.locked ? await lockedAmong(library, survey, marks, options.signal) : new Set<number>();
  const { remove, rewrite, gone, kept, bytes: packBytes } = sortPacks(survey, marks, lockedPacks);
  const plan: PrunePlan = {
    expired,
    unfinished,
    unnamed,
    maps,
    pages,
    packs: { delete: remove, rewrite, gone, kept },
    indexObjects: survey.indexes.length,
    bytesGivenBack: bytes + packBytes,
    bytesToRewrite: rewrite.reduce((sum, { liveBytes }) => sum + liveBytes, 0),
    recoveryPoints: live.length + attempts.length,
    lostBlocks: marks.lostBlocks,
    damaged: damaged.map(({ key }) => key),
  };
  return { listed, survey, marks, plan };
};

/** Reads what there is and says what a prune would do; writes nothing. Throws `LibraryDamaged`, `CorruptObject`. */
export const planPrune = async (
  library: Library,
  input: PruneInput,
  options: MaintenanceOptions = {},
): Promise<PrunePlan> => {
  await refuseHiddenRecords(library, input.notedGeneration);
  const { plan, survey } = await preparePrune(library, input, options);
  survey[Symbol.dispose]();
  return plan;
};
