import type { DeletableStore } from '../core/ports/object-store.ts';
import { type CheckDepth, type CheckReport, checkLibrary } from './check-library.ts';
import type { Finding, LostVolume } from './check-report.ts';
import type { NoteCondemned } from './condemn.ts';
import { type Condemned, latestGeneration, publishCondemned } from './condemned.ts';
import { Deletions } from './deletions.ts';
import { disposing } from './disposing.ts';
import { isLoss, type LossError, UnknownKey } from './errors.ts';
import { hiddenRecords } from './hidden-records.ts';
import type { Library } from './library.ts';
import { showsVersions } from './locked-objects.ts';
import type { MaintenanceOptions } from './maintenance.ts';
import { type LeaseInput, type MaintenanceLease, takeMaintenanceLease } from './maintenance-lease.ts';
import { condemnedName } from './names.ts';
import type { PackContents } from './pack-contents.ts';
import { verifyPack } from './pack-object.ts';
import { mendKeys, putBackOriginals } from './put-back-originals.ts';
import type { PackReader } from './read-pack.ts';
import { rebuildIndex } from './rebuild-index.ts';
import { replaceIndexes } from './replace-indexes.ts';
import { type Rewritten, rewritePacks } from './rewrite-packs.ts';
import { stillCorrupt } from './still-corrupt.ts';
import { readIndexes, readLatestCondemned, surveyLibrary } from './survey.ts';

export interface RepairOptions extends LeaseInput, MaintenanceOptions {
  readonly store: DeletableStore;
  /** Recovery points that must be there, as the control plane knows it. */
  readonly committed?: readonly string[];
  /** The last generation of what is condemned that the control plane was told of. */
  readonly notedGeneration?: number;
  /** How far damage is looked for: only `everything` finds packs whose blocks cannot be read. */
  readonly depth: Exclude<CheckDepth, 'sample'>;
  /** As for prune, which deletes what repair took out of use. */
  readonly safetyMs: number;
  readonly noteCondemned: NoteCondemned;
  readonly packBytes?: number;
  /** Objects here have locks: what hides a locked one is taken away first. */
  readonly locked?: boolean;
  /** Reads the packs that are looked at; this thread if nothing else is said. */
  readonly packReader?: PackReader;
}

/** JSON-safe. */
export interface RepairResult {
  /** Locked objects that were hidden by a delete or by another object of that name, and are there again. */
  readonly putBack: readonly string[];
  /** What was wrong. */
  readonly before: CheckReport;
  /** Packs that no index named, and now one does. */
  readonly indexedPacks: number;
  /** What could be read of damaged packs, in new ones. */
  readonly salvaged: Rewritten;
  /** Packs that are gone or damaged and that no index names any more: what only they held is stored again when it comes. */
  readonly droppedPacks: readonly string[];
  /** Objects that could not be opened and could be done without. */
  readonly removed: readonly string[];
  /** What is wrong still. */
  readonly after: CheckReport;
  /** What recovery points have lost, exactly. A later backup of the same blocks heals them: check again after it. */
  readonly lost: readonly LostVolume[];
}

/** Of what a check found, the packs that are damaged or gone for certain. */
const packIdsOf = (findings: readonly Finding[], damage: Finding['damage']): string[] =>
  findings
    .filter((found) => found.kind === 'pack' && found.damage === damage && !found.unknownKey)
    .map(({ key }) => key.slice('packs/xx/'.length));

const isId = (id: string): boolean => /^[0-9a-f]{32}$/.test(id);

/** Copies what can be read of damaged packs by what an index says of them, or else they themselves. */
const salvage = async (library: Library, damaged: readonly string[], options: RepairOptions): Promise<Rewritten> => {
  const wanted = new Set(damaged);
  const known = new Map<string, PackContents>();
  const quiet = { signal: options.signal, onDamage: () => undefined };
  await readIndexes(library, quiet, (_id, { packs }) => {
    for (const pack of packs) {
      const id = pack.id.toString('hex');
      // a copy: the view would keep the whole index object
      if (wanted.has(id))
        known.set(id, {
          ...pack,
          id: Buffer.from(pack.id),
          salt: Buffer.from(pack.salt),
          entries: Buffer.from(pack.entries),
        });
    }
  });
  const packs = [...known].map(([id, contents]) => ({ id, size: contents.size, contents }));
  return rewritePacks(library, packs, { ...options, isWanted: () => true, onDamage: () => undefined });
};

/**
 * Names packs that no index names; what is condemned only if it is whole: an earlier repair may have dropped it. Answers
 * also which index objects could not be read: what they named is named by others now.
 */
const indexUnnamed = async (
  library: Library,
  damaged: ReadonlySet<string>,
): Promise<{ readonly packs: number; readonly replaced: readonly LossError[] }> => {
  const replaced: LossError[] = [];
  const onDamage = (error: LossError): void => {
    if (error.kind === 'index') replaced.push(error);
  };
  return disposing(await surveyLibrary(library, { onDamage, unindexed: 'skip' }), async (survey) => {
    const { packs: census } = survey;
    const isWanted = async (id: string): Promise<boolean> => {
      const pack = census.find(Buffer.from(id, 'hex'));
      if (pack < 0 || census.indexed[pack] || damaged.has(id)) return false;
      return !census.isDropped(pack) || isWhole(library, id);
    };
    const { packs } = await rebuildIndex(library, isWanted);
    return { packs, replaced };
  });
};

const isWhole = async (library: Library, id: string): Promise<boolean> => {
  try {
    await verifyPack(library.store, library.keys, id);
    return true;
  } catch (error) {
    if (!isLoss(error)) throw error;
    return false;
  }
};

/** So that writers know at once: what is gone or damaged is to be stored again. All that was condemned stays so. */
const condemnDamaged = async (
  library: Library,
  packs: readonly string[],
  {
    isUnreadable,
    published,
    safetyMs,
    noteCondemned,
  }: RepairOptions & { readonly isUnreadable: boolean; readonly published: number },
): Promise<void> => {
  const before = await readLatestCondemned(library, (error) => {
    // it was whole a moment ago, or is under a key that is not known: not to be forgotten
    if (!isUnreadable || error instanceof UnknownKey) throw error;
  });
  const publishedAt = library.now();
  const condemned: Condemned = {
    ...before,
    generation: published + 1,
    publishedAt,
    deleteNotBefore: Math.max(before.deleteNotBefore, publishedAt + safetyMs),
    packs: [...new Set([...before.packs, ...packs])],
  };
  await publishCondemned(library, condemned);
  await noteCondemned(condemned.generation);
};

const repair = async (library: Library, lease: MaintenanceLease, options: RepairOptions): Promise<RepairResult> => {
  const { store, signal, depth } = options;
  await lease.check();
  const putBack =
    options.locked && showsVersions(store)
      ? [...(await mendKeys(store)), ...(await putBackOriginals(store, options))]
      : [];
  const before = await checkLibrary(library, options);
  const damaged = packIdsOf(before.findings, 'corrupt').filter(isId);
  const dropped = [...new Set([...damaged, ...packIdsOf(before.findings, 'missing').filter(isId)])];
  const corrupt = (kind: Finding['kind']) =>
    before.findings.filter((found) => found.kind === kind && found.damage === 'corrupt');
  const unreadable = await stillCorrupt(library, corrupt('condemned'));
  const isUnreadable = unreadable.includes(condemnedName(await latestGeneration(library.store)));

  await lease.check();
  const salvaged = await salvage(library, damaged, options);
  const { packs: indexedPacks, replaced } = await indexUnnamed(library, new Set(dropped));
  await lease.check();
  const { missing, published } = await hiddenRecords(library, options.notedGeneration);
  if (dropped.length > 0 || isUnreadable || missing.length > 0)
    await condemnDamaged(library, dropped, { ...options, isUnreadable, published });
  const deletions = new Deletions(store, lease, signal);
  const isDropped = new Set(dropped);
  await replaceIndexes(library, deletions, (id) => isDropped.has(id.toString('hex')), {
    signal,
    onDamage: () => undefined,
  });
  // of a page: where it is written again, the old maps find it
  const suspects = [...replaced, ...corrupt('page'), ...corrupt('condemned'), ...corrupt('prune')];
  const removed = await stillCorrupt(library, suspects);
  await deletions.deleteAll(removed.map((key) => ({ key })));
  const after = await checkLibrary(library, {
    signal,
    onProgress: options.onProgress,
    packReader: options.packReader,
    depth,
    committed: options.committed ?? [],
    ...(options.notedGeneration === undefined ? {} : { notedGeneration: options.notedGeneration }),
  });
  return { putBack, before, indexedPacks, salvaged, droppedPacks: dropped, removed, after, lost: after.lost };
};

/**
 * Puts right what can be put right without data that is lost: the index from the packs, packs from what can be read of
 * them. Deletes no recovery point, and says exactly what each has lost. Safe beside writers and readers, not beside prune:
 * throws `LibraryBusy`.
 */
export const repairLibrary = async (library: Library, options: RepairOptions): Promise<RepairResult> => {
  const lease = await takeMaintenanceLease(library, options);
  let result: RepairResult;
  try {
    result = await repair(library, lease, options);
  } catch (error) {
    await lease.release().catch(() => undefined);
    throw error;
  }
  await lease.release();
  return result;
};
