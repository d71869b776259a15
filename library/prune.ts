import type { DeletableStore } from '../core/ports/object-store.ts';
import { type Condemnation, condemn, type NoteCondemned } from './condemn.ts';
import { type Condemned, readIfWhole } from './condemned.ts';
import { refuseHiddenRecords } from './hidden-records.ts';
import type { Library } from './library.ts';
import type { MaintenanceOptions } from './maintenance.ts';
import { type LeaseInput, type MaintenanceLease, takeMaintenanceLease } from './maintenance-lease.ts';
import type { PruneInput, PrunePlan } from './prune-plan.ts';
import { readLatestCondemned } from './survey.ts';
import { type RaiseFences, type Swept, sweep } from './sweep.ts';

export interface PruneOptions extends PruneInput, LeaseInput, MaintenanceOptions {
  /** Where deleting is allowed: the library's own place under the delete role. */
  readonly store: DeletableStore;
  /** Between condemning and deleting, in milliseconds: longer than any attempt, backup or restore, may last. */
  readonly safetyMs: number;
  readonly noteCondemned: NoteCondemned;
  readonly raiseFences: RaiseFences;
  /** How far clocks may be apart; 15 minutes. */
  readonly clockMarginMs?: number;
  /** Of new packs; 16 MiB. */
  readonly packBytes?: number;
}

/** What one run did. JSON-safe. */
export interface PruneResult {
  /** `waiting`: what is condemned must not be deleted yet, so run again after `deleteNotBefore`. */
  readonly outcome: 'done' | 'waiting';
  /** Milliseconds since 1970; 0 when done. */
  readonly deleteNotBefore: number;
  /** What was planned in this run; undefined where an earlier plan still waits. */
  readonly plan: PrunePlan | undefined;
  /** What was copied out of packs that mostly were dead. */
  readonly rewritten: Condemnation['rewritten'] | undefined;
  /** Deletions of this run: those of an earlier plan, and of this one where it need not wait. */
  readonly swept: readonly Swept[];
}

const common = (ids: readonly string[], others: readonly string[]): string[] => {
  const kept = new Set(others);
  return ids.filter((id) => kept.has(id));
};

/**
 * What may be deleted by now: the generation in force, or an earlier one. A repair that comes while that one waits
 * publishes one of its own, with a window of its own, which must not put off what was condemned before.
 */
const dueBy = async (library: Library, inForce: Condemned, completed: number): Promise<Condemned | undefined> => {
  for (let { generation } = inForce; generation > completed; generation--) {
    const due = generation === inForce.generation ? inForce : await readIfWhole(library, generation);
    if (!due || library.now() < due.deleteNotBefore) continue;
    // what is not condemned any more is built upon
    const packs = common(due.packs, inForce.packs);
    const pages = common(due.pages, inForce.pages);
    return { ...due, packs, pages, points: common(due.points, inForce.points) };
  }
  return undefined;
};

/** Deletes what is condemned if it is time. */
const finish = async (
  library: Library,
  lease: MaintenanceLease,
  options: PruneOptions,
): Promise<{ readonly swept: Swept | undefined; readonly waitUntil: number }> => {
  const inForce = await readLatestCondemned(library);
  if (inForce.generation <= lease.completed) return { swept: undefined, waitUntil: 0 };
  // whoever published it may have died before it said so
  await options.noteCondemned(inForce.generation);
  const due = await dueBy(library, inForce, lease.completed);
  if (!due) return { swept: undefined, waitUntil: inForce.deleteNotBefore };
  const swept = await sweep(library, options.store, { inForce, due, input: options, lease, options });
  await lease.complete(due.generation);
  return { swept, waitUntil: due.generation < inForce.generation ? inForce.deleteNotBefore : 0 };
};

const run = async (library: Library, lease: MaintenanceLease, options: PruneOptions): Promise<PruneResult> => {
  const swept: Swept[] = [];
  const earlier = await finish(library, lease, options);
  if (earlier.swept) swept.push(earlier.swept);
  if (earlier.waitUntil > 0)
    return { outcome: 'waiting', deleteNotBefore: earlier.waitUntil, plan: undefined, rewritten: undefined, swept };
  const { plan, rewritten } = await condemn(library, options, lease, options);
  const own = await finish(library, lease, options);
  if (own.swept) swept.push(own.swept);
  const outcome = own.waitUntil > 0 ? 'waiting' : 'done';
  return { outcome, deleteNotBefore: own.waitUntil, plan, rewritten, swept };
};

/**
 * Gives back the space of what no recovery point refers to. Every run does what is due: deletes what an earlier one
 * condemned, then plans and condemns anew. It may die anywhere and be run again; writers and readers of other nodes go
 * on meanwhile. Throws `LibraryBusy`, `MaintenanceTakenOver`, `LibraryDamaged`, `CorruptObject`.
 */
export const prune = async (library: Library, options: PruneOptions): Promise<PruneResult> => {
  await refuseHiddenRecords(library, options.notedGeneration);
  const lease = await takeMaintenanceLease(library, options);
  let result: PruneResult;
  try {
    result = await run(library, lease, options);
  } catch (error) {
    // what went wrong counts, not that the lease could not be given back either
    await lease.release().catch(() => undefined);
    throw error;
  }
  await lease.release();
  return result;
};
