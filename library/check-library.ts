import { LockCheck } from './check-locks.ts';
import { type CheckedPacks, PackCheck } from './check-packs.ts';
import { type Finding, Findings, type LostVolume } from './check-report.ts';
import { latestGeneration, readCondemned } from './condemned.ts';
import { disposing } from './disposing.ts';
import { CorruptObject, isLoss, MissingObject } from './errors.ts';
import type { PointLock } from './extend-locks.ts';
import { checkFormat } from './format-object.ts';
import { hiddenRecords } from './hidden-records.ts';
import { inParallel } from './in-parallel.ts';
import { checkKeyObject } from './key-object.ts';
import type { Library } from './library.ts';
import { type ListedPoints, listPointsAndMaps } from './list-points.ts';
import { canLock } from './locked-objects.ts';
import { findLosses, type WalkedPoints } from './lost-blocks.ts';
import { counting, type MaintenanceOptions, READS_AT_ONCE } from './maintenance.ts';
import { latestMaintenanceRecord, readMaintenanceRecord } from './maintenance-lease.ts';
import { condemnedName, keyName, pointName, pruneName } from './names.ts';
import { checkPageObject } from './page-object.ts';
import { type PackReader, packReader } from './read-pack.ts';
import type { Survey } from './survey.ts';
import { surveyLibrary } from './survey.ts';
import { walkMaps } from './walk-maps.ts';

export type CheckDepth = 'structure' | 'sample' | 'everything';

export interface CheckOptions extends MaintenanceOptions {
  /** `structure` reads no block; `sample` the packs of some slices; `everything` all. */
  readonly depth: CheckDepth;
  /** Recovery points that must be there, as the control plane knows it; those that are there count in any case. */
  readonly committed?: readonly string[];
  /** The last generation of what is condemned that the control plane was told of: it must be there, or a later one. */
  readonly notedGeneration?: number;
  readonly sample?: PackSample;
  /** Until when recovery points are kept, as the control plane has noted it: so long must be locked what they need. */
  readonly promised?: readonly PointLock[];
  /** Reads the packs; this thread if nothing else is said. */
  readonly packReader?: PackReader | undefined;
}

/** A share of the packs, `slices` of `of`, 0 ≤ slice < of: a day each, `dailySlice` covers all within four weeks. */
export interface PackSample {
  readonly slices: readonly number[];
  readonly of: number;
}

/** JSON-safe. Nothing is wrong where there are no findings. */
export interface CheckReport {
  readonly depth: CheckDepth;
  readonly sample?: PackSample;
  readonly findings: readonly Finding[];
  /** What each volume loses by all of them, one entry for each. */
  readonly lost: readonly LostVolume[];
  readonly recoveryPoints: number;
  readonly volumes: number;
  readonly pages: number;
  readonly indexObjects: number;
  readonly packs: number;
  readonly blocks: number;
  /** Blocks with data, of all recovery points together. */
  readonly dataBlocks: number;
  /** Of all packs that are there. */
  readonly packBytes: number;
  /** Packs that were read whole and found right. */
  readonly read: CheckedPacks;
}

const DAY_MS = 86_400_000;

/** The slice of a day: each of `of` days in turn. `now` in milliseconds since 1970. */
export const dailySlice = (now: number, of = 28): PackSample => ({ slices: [Math.floor(now / DAY_MS) % of], of });

/** Pack ids are random, so slices are of about the same size. */
export const isInSample = (packId: string, { slices, of }: PackSample): boolean =>
  slices.includes(Number.parseInt(packId.slice(0, 8), 16) % of);

const tolerant = async (findings: Findings, work: () => Promise<void>): Promise<void> => {
  try {
    await work();
  } catch (error) {
    if (!isLoss(error)) throw error;
    findings.add(error);
  }
};

/** `format`, `keys/`, `condemned/` and `prune/`: few, and each told by itself. */
const checkSmallObjects = async (library: Library, findings: Findings, notedGeneration?: number): Promise<void> => {
  const { store } = library;
  await tolerant(findings, () => checkFormat(store));
  const { idKey, dataKeys } = library.keys.share();
  const secret = { idKey: Buffer.from(idKey), dataKeys: dataKeys.map(([, key]) => Buffer.from(key)) };
  const numbers = async function* (prefix: string, name: (number: number) => string): AsyncGenerator<number> {
    for await (const { key } of store.list(prefix)) {
      const number = Number(key.slice(prefix.length));
      if (Number.isInteger(number) && name(number) === key) yield number;
    }
  };
  for await (const number of numbers('keys/', keyName)) {
    // one that was added since this library was opened
    if (number > dataKeys.length) continue;
    await tolerant(findings, async () => {
      const found = await store.get(keyName(number));
      if (!found) throw new MissingObject({ key: keyName(number), kind: 'key' });
      checkKeyObject(number, found.bytes, secret);
    });
  }
  for (const missing of (await hiddenRecords(library, notedGeneration)).missing) findings.add(missing);
  for await (const number of numbers('condemned/', condemnedName))
    await tolerant(findings, async () => void (await readCondemned(library, number)));
  for await (const number of numbers('prune/', pruneName))
    await tolerant(findings, async () => void (await readMaintenanceRecord(library, number)));
};

const ALL: PackSample = { slices: [0], of: 1 };

const packsToRead = ({ packs }: Survey, { depth, sample }: CheckOptions): number[] => {
  if (depth === 'structure') return [];
  const chosen = depth === 'sample' ? (sample ?? ALL) : ALL;
  return [...packs].filter(
    (pack) => packs.present[pack] && !packs.isDropped(pack) && isInSample(packs.id(pack), chosen),
  );
};

/** Points that are condemned, maps of attempts and pages that no point names: they open, and that is all they owe. */
const checkOthers = async (
  library: Library,
  listed: ListedPoints,
  others: readonly string[],
  { seen }: WalkedPoints,
  findings: Findings,
  options: CheckOptions,
): Promise<void> => {
  const tell = (error: unknown): void => {
    if (error instanceof CorruptObject) findings.add(error);
  };
  const onDamage = ({ error }: { readonly error: unknown }): void => tell(error);
  await walkMaps(library, listed, { signal: options.signal, points: others, onDamage }, async () => undefined);
  const pages: string[] = [];
  for await (const { key } of library.store.list('pages/')) {
    const id = key.slice('pages/xx/'.length);
    if (/^[0-9a-f]{64}$/.test(id) && !seen.has(id)) pages.push(id);
  }
  const progress = counting(options, 'pages', pages.length);
  await inParallel(pages, { atOnce: READS_AT_ONCE, signal: options.signal }, async (id) => {
    await checkPageObject(library, id).catch((error: unknown) => {
      if (!isLoss(error)) throw error;
      tell(error);
    });
    progress.step();
  });
};

/** Of a structure all but packs; of a sample the pages and packs of its slices, of everything all. */
const lockCheck = (
  { store }: Library,
  { table }: Survey,
  { depth, sample, promised = [] }: CheckOptions,
  findings: Findings,
): LockCheck | undefined => {
  if (promised.length === 0 || !canLock(store)) return undefined;
  const chosen = depth === 'sample' ? (sample ?? ALL) : ALL;
  const isWanted = (id: string): boolean => isInSample(id, chosen);
  return new LockCheck({ store, table, promised, packs: depth !== 'structure', isWanted }, findings);
};

const checkOnce = async (library: Library, options: CheckOptions): Promise<CheckReport> => {
  const findings = new Findings();
  const onDamage = findings.add.bind(findings);
  await checkSmallObjects(library, findings, options.notedGeneration);
  // points before index: what they refer to was written before them
  const listed = await listPointsAndMaps(library, options.committed);
  for (const key of listed.strangers)
    findings.add(new CorruptObject({ key, kind: key.startsWith('maps/') ? 'map' : 'point', check: 'no such name' }));
  return disposing(await surveyLibrary(library, { ...options, onDamage, unindexed: 'skip' }), async (survey) => {
    const packs = new PackCheck(library, survey, findings, options);
    await packs.structure();
    await packs.data(packsToRead(survey, options), options.packReader ?? packReader(library));
    await packs.settle();
    const condemned = new Set(survey.condemned.points);
    const [points, others]: [string[], string[]] = [[], []];
    for (const id of new Set([...listed.points.keys(), ...listed.maps.keys()]))
      (listed.points.has(id) && !condemned.has(id) ? points : others).push(id);
    const locks = lockCheck(library, survey, options, findings);
    const walked = await findLosses(library, { listed, survey, bad: packs.bad, locks }, points, findings, options);
    await locks?.finish();
    // of a point that cannot be read, the maps still owe to open
    const whole = new Map([...listed.points].filter(([id]) => !findings.has(pointName(id))));
    const unreadable = points.filter((id) => !whole.has(id));
    await checkOthers(library, { ...listed, points: whole }, [...others, ...unreadable], walked, findings, options);
    const { seen: _seen, ...counts } = walked;
    const present = [...survey.packs].filter((pack) => survey.packs.present[pack]);
    return {
      depth: options.depth,
      ...(options.depth === 'sample' && options.sample && { sample: options.sample }),
      findings: findings.list(),
      recoveryPoints: points.length,
      ...counts,
      indexObjects: survey.indexes.length,
      packs: present.length,
      packBytes: present.reduce((sum, pack) => sum + survey.packs.bytes(pack), 0),
      blocks: survey.table.blocks,
      read: packs.checked,
    };
  });
};

/** Changes when a prune or repair has begun, condemned or ended. */
const maintenanceMark = async (library: Library): Promise<string> => {
  const { number } = await latestMaintenanceRecord(library);
  return `${number} ${await latestGeneration(library.store)}`;
};

const MOST_TRIES = 3;

/**
 * Compares what is in the library with what it must be; changes nothing. Beside writers it finds nothing that is not so;
 * what it finds while a prune deletes is looked at again. Memory: some 45 bytes a block, two packs a
 * thread that reads them, and what is lost.
 */
export const checkLibrary = async (library: Library, options: CheckOptions): Promise<CheckReport> => {
  for (let attempt = 1; ; attempt++) {
    const before = await maintenanceMark(library);
    const report = await checkOnce(library, options);
    if (report.findings.length === 0 || attempt === MOST_TRIES) return report;
    if ((await maintenanceMark(library)) === before) return report;
  }
};
