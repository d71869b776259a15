import type { LockingStore, ObjectLock } from '../core/ports/object-store.ts';
import { isLoss, type LossError, MissingObject, UnknownKey } from './errors.ts';
import { inParallel } from './in-parallel.ts';
import type { Library } from './library.ts';
import { keepAtLeast } from './locked-objects.ts';
import { isMissingBlock, lockKeys, type Place, packsOf, pagePlace, readEntry } from './locked-places.ts';
import { counting, type MaintenanceOptions, READS_AT_ONCE } from './maintenance.ts';
import { mapName, pointName, RANDOM_ID_BYTES } from './names.ts';
import { PageSet } from './page-set.ts';
import { readPoint } from './recovery-point.ts';
import { readMap, type VolumeMap } from './volume-map.ts';

/**
 * What holds at any time: the lock of a map ends no later than that of any page and pack that the map refers to, and that
 * of a point no later than those of its maps. Nothing may be concluded from it: whoever may extend locks can extend the
 * map's alone. So every run looks at all that it is to keep, whatever the locks before it say.
 */
export interface LockInput {
  readonly mode: ObjectLock['mode'];
  readonly points: readonly PointLock[];
}

export interface PointLock {
  readonly recoveryPointId: string;
  /** ms since 1970 */
  readonly until: number;
}

export interface DamagedPoint {
  readonly recoveryPointId: string;
  readonly problem: string;
}

/** JSON-safe. */
export interface ExtendedLocks {
  /** Whose every object is kept for as long as was asked. */
  readonly done: readonly string[];
  /** Recovery points that cannot be read whole. What is left of them is locked as long as was asked. */
  readonly damaged: readonly DamagedPoint[];
  /** Of these, those of which something that may be whole could not be opened, for want of a data key: to be done again. */
  readonly unsure: readonly string[];
  /** What of the damaged a full backup would store again: all but that which is lost with its packs, until a repair. */
  readonly lost: readonly { readonly recoveryPointId: string; readonly volumeId?: string }[];
  /** Objects whose lock was extended. */
  readonly packs: number;
  readonly pages: number;
  readonly others: number;
}

type Tell = (error: LossError) => void;

/**
 * Pages and packs behind maps. Those that are kept longest come first: what they share with others is then kept long enough
 * for these, and each is asked for once.
 */
class PartsBehind {
  readonly #library: Library;
  readonly #store: LockingStore;
  readonly #options: MaintenanceOptions;
  readonly #pages = new PageSet();
  /** Of packs that are there. */
  readonly #packs = new Set<string>();
  /** Pages that are not whole, by their id: each map that names one is told. */
  readonly #broken = new Map<string, LossError>();
  #unnamed = false;
  packs = 0;
  pages = 0;

  constructor(library: Library, store: LockingStore, options: MaintenanceOptions) {
    this.#library = library;
    this.#store = store;
    this.#options = options;
  }

  /** Packs first, then pages. Of what is lost the rest is kept. */
  async keep(map: VolumeMap, lock: ObjectLock, tell: Tell): Promise<void> {
    const named = map.pages.filter(({ id }) => id !== 'zero');
    const fresh = named.filter(({ id }) => this.#pages.add(id));
    const packs = new Map<string, { readonly place: Place; readonly pages: string[] }>();
    const readable: { readonly id: string; readonly place: Place }[] = [];
    await this.#each(fresh, async (entry) => {
      const page = await this.#orLost(entry.id, () => readEntry(this.#library, map, entry));
      if (!page) return;
      readable.push({ id: entry.id, place: pagePlace(entry) });
      if (isMissingBlock(this.#library, page)) await this.#keepUnnamed(entry.id, lock);
      for (const [id, place] of packsOf(this.#library, page, () => true)) {
        if (this.#packs.has(id)) continue;
        const known = packs.get(id);
        if (known) known.pages.push(entry.id);
        else packs.set(id, { place, pages: [entry.id] });
      }
    });
    await this.#each(packs, async ([id, { place, pages }]) => {
      const [first = '', ...others] = pages;
      const changed = await this.#orLost(first, () => this.#keep(place, lock));
      const lost = changed === undefined && this.#broken.get(first);
      if (lost) for (const page of others) this.#note(page, lost);
      else this.#packs.add(id);
      if (changed) this.packs++;
    });
    await this.#each(readable, async ({ id, place }) => {
      if (await this.#orLost(id, () => this.#keep(place, lock))) this.pages++;
    });
    for (const { id } of named) {
      const lost = this.#broken.get(id);
      if (lost) tell(lost);
    }
  }

  /** Blocks that no index names may be in packs that are there all the same: all such packs are kept. */
  async #keepUnnamed(pageId: string, lock: ObjectLock): Promise<void> {
    const why = 'no index object names blocks that recovery points need';
    this.#note(pageId, new MissingObject({ key: 'index/', kind: 'index' }, why));
    if (this.#unnamed) return;
    this.#unnamed = true;
    const { store, index } = this.#library;
    await this.#each(store.list('packs/'), async ({ key }) => {
      const id = Buffer.from(key.slice('packs/xx/'.length), 'hex');
      if (id.length !== RANDOM_ID_BYTES || index.table.hasPack(id)) return;
      if (await this.#keep({ key }, lock)) this.packs++;
    });
  }

  /** What was found first counts. */
  #note(pageId: string, error: LossError): void {
    if (!this.#broken.has(pageId)) this.#broken.set(pageId, error);
  }

  #keep({ key, versionId }: Place, lock: ObjectLock): Promise<boolean> {
    return keepAtLeast(this.#store, key, lock, versionId);
  }

  #each<T>(items: Iterable<T> | AsyncIterable<T>, work: (item: T) => Promise<void>): Promise<void> {
    return inParallel(items, { atOnce: READS_AT_ONCE, signal: this.#options.signal }, work);
  }

  async #orLost<T>(pageId: string, work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (!isLoss(error)) throw error;
      this.#note(pageId, error);
      return undefined;
    }
  }
}

interface VolumeRef {
  readonly volumeId: string;
  readonly mapVersionId?: string;
}

/** As the point names them; where it cannot be read, as they are named. */
const volumesOf = async (library: Library, recoveryPointId: string, tell: Tell): Promise<readonly VolumeRef[]> => {
  try {
    return (await readPoint(library, recoveryPointId)).volumes;
  } catch (error) {
    if (!isLoss(error)) throw error;
    tell(error);
  }
  const volumes: VolumeRef[] = [];
  const prefix = `maps/${recoveryPointId}/`;
  for await (const { key } of library.store.list(prefix)) volumes.push({ volumeId: key.slice(prefix.length) });
  return volumes;
};

/**
 * Keeps these recovery points, and all that they need, for longer: packs, then pages, then maps, then points, so that it may
 * die anywhere and be run again. Each object is asked for once, and changed at most once. Of a point that is damaged all
 * that is left is kept: what is lost may be put back, and the rest is worth a restore.
 */
export const extendLocks = async (
  library: Library,
  store: LockingStore,
  { mode, points }: LockInput,
  options: MaintenanceOptions = {},
): Promise<ExtendedLocks> => {
  const [done, unsure]: [string[], string[]] = [[], []];
  const damaged: DamagedPoint[] = [];
  const lost: { recoveryPointId: string; volumeId?: string }[] = [];
  let others = 0;
  if (points.length === 0) return { done, damaged, unsure, lost, packs: 0, pages: 0, others };
  await library.index.refresh();
  const latest = points.reduce((last, { until }) => Math.max(last, until), 0);
  others += await lockKeys(library, store, { mode, until: latest });
  const progress = counting(options, 'recovery points', points.length);
  const parts = new PartsBehind(library, store, options);

  for (const { recoveryPointId, until } of points.toSorted((a, b) => b.until - a.until)) {
    options.signal?.throwIfAborted();
    const lock = { mode, until };
    const problems: LossError[] = [];
    const lostVolumes = new Set<string | undefined>();
    const tellOf =
      (volumeId: string | undefined): Tell =>
      (error) => {
        problems.push(error);
        if (error.kind !== 'pack' && !(error instanceof UnknownKey)) lostVolumes.add(volumeId);
      };
    const orTell = async (volumeId: string | undefined, work: () => Promise<void>): Promise<void> => {
      try {
        await work();
      } catch (error) {
        if (!isLoss(error)) throw error;
        tellOf(volumeId)(error);
      }
    };
    const keep = async (key: string, versionId?: string): Promise<void> => {
      if (await keepAtLeast(store, key, lock, versionId)) others++;
    };
    for (const { volumeId, mapVersionId } of await volumesOf(library, recoveryPointId, tellOf(undefined))) {
      await orTell(volumeId, async () => {
        await parts.keep(await readMap(library, recoveryPointId, volumeId, mapVersionId), lock, tellOf(volumeId));
      });
      await orTell(volumeId, () => keep(mapName(recoveryPointId, volumeId), mapVersionId));
    }
    await orTell(undefined, () => keep(pointName(recoveryPointId)));
    const [problem] = problems;
    if (problem) damaged.push({ recoveryPointId, problem: problem.message });
    else done.push(recoveryPointId);
    if (problems.some((each) => each instanceof UnknownKey)) unsure.push(recoveryPointId);
    for (const volumeId of lostVolumes.has(undefined) ? [undefined] : lostVolumes)
      lost.push({ recoveryPointId, ...(volumeId === undefined ? {} : { volumeId }) });
    progress.step();
  }
  return { done, damaged, unsure, lost, packs: parts.packs, pages: parts.pages, others };
};
