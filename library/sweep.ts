import type { DeletableStore } from '../core/ports/object-store.ts';
import { BitSet } from './bit-set.ts';
import type { Condemned } from './condemned.ts';
import { type Deleted, Deletions } from './deletions.ts';
import { disposing } from './disposing.ts';
import type { LossError } from './errors.ts';
import type { Library } from './library.ts';
import { type ListedPoints, listPointsAndMaps } from './list-points.ts';
import { lockedPoints } from './locked-points.ts';
import { counting, type MaintenanceOptions } from './maintenance.ts';
import type { MaintenanceLease } from './maintenance-lease.ts';
import { addMarks, type Marks, refuseDamage, surveyAndMark } from './marks.ts';
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
  const sorted: Record<'going' | 'staying' | 'attempts', string[]> = { going: [], staying: [], attempts: [] };
  for (const id of new Set([...listed.points.keys(), ...listed.maps.keys()])) {
    if (working.has(id)) sorted.attempts.push(id);
    // a point that was not there when its maps were condemned was committed since, unless the control plane says it is over
    else if (named.has(id) && (over.has(id) || !listed.points.has(id))) sorted.going.push(id);
    // maps without a point that are not condemned: of an attempt that came since. A point that is over and not condemned: of
    // an attempt that this very generation overtook. What it names may be gone, if this sweep was broken off and is done again
    else sorted[listed.points.has(id) && !over.has(id) ? 'staying' : 'attempts'].push(id);
  }
  return sorted;
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
 * The second phase: marks again, and deletes what is `due` and still not referred to. Points go before their maps, those
 * before pages, those before packs: whatever is there refers to what is there.
 */
export const sweep = async (
  library: Library,
  store: DeletableStore,
  {
    inForce,
    due,
    input,
    lease,
    options,
  }: {
    /** What writers go by: all of `due`, and what a repair has condemned since. */
    readonly inForce: Condemned;
    readonly due: Condemned;
    readonly input: PruneInput;
    readonly lease: MaintenanceLease;
    readonly options: SweepOptions;
  },
): Promise<Swept> => {
  const { generation, publishedAt } = due;
  await lease.check();
  await options.raiseFences(publishedAt + (options.clockMarginMs ?? CLOCK_MARGIN_MS), generation);
  const listed = await listPointsAndMaps(library, input.committed);
  const locked = await lockedPoints(library, listed, input, options.signal);
  const { going, staying, attempts } = sortPoints(listed, due, { ...input, pending: [...input.pending, ...locked] });
  const {
    survey: surveyed,
    marks,
    damaged,
  } = await surveyAndMark(library, listed, { ...options, points: staying, attempts, condemned: inForce });
  return disposing(surveyed, async (survey) => {
    refuseDamage(damaged, input.acceptDamage);

    const deletions = new Deletions(store, lease, options.signal);
    const points = going.filter((id) => listed.points.has(id)).map((id) => ({ key: pointName(id) }));
    const retained = await deletions.deleteAll(points);
    // a point that its retention keeps can be restored as long as it is there
    const kept = going.filter((id) => retained.has(pointName(id)));
    await markToo(library, { listed, marks }, { ...options, points: kept }, input.acceptDamage);
    const gone = going.filter((id) => !kept.includes(id));
    const pages = due.pages.filter((id) => !marks.pages.has(id));
    const { dead, ids } = deadPacks(survey, marks, due);
    const present = ids.filter((pack) => survey.packs.present[pack]);
    const progress = counting(options, 'objects', pages.length + present.length);
    await deletions.deleteAll(
      gone.flatMap((id) => (listed.maps.get(id) ?? []).map(({ volumeId }) => ({ key: mapName(id, volumeId) }))),
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
      recoveryPoints: gone.length,
      pages: pages.length,
      packs: present.length,
      indexObjects,
      rescued: {
        packs: due.packs.filter((id) => marks.bytesOf(survey.packs.find(Buffer.from(id, 'hex'))) > 0).length,
        pages: due.pages.length - pages.length,
        points: due.points.filter((id) => staying.includes(id)).length,
      },
    };
  });
};

const markToo = async (
  library: Library,
  marked: { readonly listed: ListedPoints; readonly marks: Marks },
  options: MaintenanceOptions & { readonly points: readonly string[] },
  acceptDamage?: boolean,
): Promise<void> => {
  const damaged: LossError[] = [];
  await addMarks(library, marked, { ...options, onDamage: (error) => void damaged.push(error) });
  refuseDamage(damaged, acceptDamage);
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
