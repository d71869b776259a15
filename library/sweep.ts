import type { DeletableStore } from '../core/ports/object-store.ts';
import { BitSet } from './bit-set.ts';
import type { Condemned } from './condemned.ts';
import { type Deleted, Deletions } from './deletions.ts';
import type { Library } from './library.ts';
import { type ListedPoints, listPointsAndMaps } from './list-points.ts';
import { lockedPoints } from './locked-points.ts';
import { counting, type MaintenanceOptions } from './maintenance.ts';
import type { MaintenanceLease } from './maintenance-lease.ts';
import { type Marks, refuseDamage, surveyAndMark } from './marks.ts';
import { mergeIndexes } from './merge-indexes.ts';
import { condemnedName, mapName, packName, pageName, pointName } from './names.ts';
import type { PruneInput } from './prune-plan.ts';
import { replaceIndexes } from './replace-indexes.ts';
import type { Survey } from './survey.ts';

/**
 * The control plane's part: on return, no attempt can commit any more that began before that time (ms since 1970) or
 * that honoured an earlier generation. Done again after a crash, so it must bear that.
 */
export type RaiseFences = (before: number, generation: number) => Promise<void>;

export interface SweepOptions extends MaintenanceOptions {
  readonly raiseFences: RaiseFences;
  /** Added to the time of publication: how far clocks may be apart and a write may take; 15 minutes. */
  readonly clockMarginMs?: number;
}

export interface Swept extends Deleted {
  readonly generation: number;
  readonly recoveryPoints: number;
  readonly pages: number;
  readonly packs: number;
  readonly indexObjects: { readonly replaced: number; readonly written: number };
  /** What was condemned and is needed after all: an attempt committed that was under way. */
  readonly rescued: { readonly packs: number; readonly pages: number; readonly points: number };
}

const CLOCK_MARGIN_MS = 15 * 60_000;

/** Of what is condemned, the recovery points that may still go, and all others that there are. */
const sortPoints = (listed: ListedPoints, condemned: Condemned, { expired, pending }: PruneInput) => {
  const named = new Set(condemned.points);
  const [over, working] = [new Set(expired), new Set(pending)];
  const going: string[] = [];
  const staying: string[] = [];
  for (const id of new Set([...listed.points.keys(), ...listed.maps.keys()])) {
    // a point that was not there when its maps were condemned was committed since, unless the control plane says it is over
    const goes = named.has(id) && !working.has(id) && (over.has(id) || !listed.points.has(id));
    (goes ? going : staying).push(id);
  }
  return { going, staying };
};

/** Condemned packs without a block that anything refers to, by their numbers in the census. */
const deadPacks = ({ packs: census }: Survey, marks: Marks, condemned: Condemned): { dead: BitSet; ids: number[] } => {
  const dead = new BitSet();
  const ids: number[] = [];
  for (const id of condemned.packs) {
    const pack = census.find(Buffer.from(id, 'hex'));
    if (pack >= 0 && (!census.present[pack] || marks.isDead(pack)) && dead.add(pack)) ids.push(pack);
  }
  return { dead, ids };
};

/**
 * The second phase: marks again, and deletes what is condemned and still not referred to. Points go before their maps,
 * those before pages, those before packs: whatever is there refers to what is there.
 */
export const sweep = async (
  library: Library,
  store: DeletableStore,
  {
    condemned,
    input,
    lease,
    options,
  }: {
    readonly condemned: Condemned;
    readonly input: PruneInput;
    readonly lease: MaintenanceLease;
    readonly options: SweepOptions;
  },
): Promise<Swept> => {
  const { generation, publishedAt } = condemned;
  await lease.check();
  await options.raiseFences(publishedAt + (options.clockMarginMs ?? CLOCK_MARGIN_MS), generation);
  const listed = await listPointsAndMaps(library);
  const locked = await lockedPoints(library, listed, input, options.signal);
  const { going, staying } = sortPoints(listed, condemned, { ...input, pending: [...input.pending, ...locked] });
  const { survey, marks, damaged } = await surveyAndMark(library, listed, { ...options, points: staying, condemned });
  refuseDamage(damaged, input.acceptDamage);
  const pages = condemned.pages.filter((id) => !marks.pages.has(id));
  const { dead, ids } = deadPacks(survey, marks, condemned);
  const present = ids.filter((pack) => survey.packs.present[pack]);

  const deletions = new Deletions(store, lease, options.signal);
  const progress = counting(options, 'objects', going.length + pages.length + present.length);
  await deletions.deleteAll(
    going.filter((id) => listed.points.has(id)).map((id) => ({ key: pointName(id) })),
    progress.step,
  );
  await deletions.deleteAll(
    going.flatMap((id) => (listed.maps.get(id) ?? []).map(({ volumeId }) => ({ key: mapName(id, volumeId) }))),
  );
  await deletions.deleteAll(
    pages.map((id) => ({ key: pageName(id) })),
    progress.step,
  );
  const isDead = (packId: Buffer): boolean => dead.has(survey.packs.find(packId));
  const indexObjects = await replaceIndexes(library, deletions, isDead, { signal: options.signal });
  await deletions.deleteAll(
    present.map((pack) => ({ key: packName(survey.packs.id(pack)), versionId: survey.packs.versionIds.get(pack) })),
    progress.step,
  );
  await mergeIndexes(library, deletions.asStore());
  // the one before is kept: what it names tells which graves are old
  await deletions.deleteAll(await oldRecords(library, lease, generation - 1));
  return {
    ...deletions.deleted,
    generation,
    recoveryPoints: going.length,
    pages: pages.length,
    packs: present.length,
    indexObjects,
    rescued: {
      packs: condemned.packs.filter((id) => marks.bytesOf(survey.packs.find(Buffer.from(id, 'hex'))) > 0).length,
      pages: condemned.pages.length - pages.length,
      points: condemned.points.filter((id) => staying.includes(id)).length,
    },
  };
};

const oldRecords = async (
  library: Library,
  lease: MaintenanceLease,
  before: number,
): Promise<{ readonly key: string }[]> => {
  const keys = await lease.older();
  for await (const { key } of library.store.list('condemned/')) {
    const generation = Number(key.slice('condemned/'.length));
    if (condemnedName(generation) === key && generation < before) keys.push(key);
  }
  return keys.map((key) => ({ key }));
};
