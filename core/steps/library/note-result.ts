import type { SegmentResult } from '../../contracts/order-results.ts';
import type { OrderWork } from '../../contracts/order-work.ts';
import { LONGEST_LOCK_MS } from '../../domain/library-lock.ts';
import type { LibraryRun } from '../../domain/library-run.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock } from '../../ports/clock.ts';

type Document = Extract<OrderWork, { kind: 'maintain-library' }>;
type Result = Extract<SegmentResult, { kind: 'maintain-library' }>;

interface Deps {
  readonly catalog: Pick<Catalog, 'points'>;
  readonly clock: Clock;
}

const AT_ONCE = 8;
/** The function is stopped after 240 s. What is left is found again: by the next prune, or as a lock that ends soon. */
const BUDGET_MS = 150_000;

const eachInTime = async <T>(
  clock: Clock,
  until: number,
  items: readonly T[],
  work: (item: T) => Promise<void>,
): Promise<void> => {
  for (let at = 0; at < items.length && clock.now() < until; at += AT_ONCE)
    await Promise.all(items.slice(at, at + AT_ONCE).map(work));
};

/**
 * Notes with the recovery points what a node says that it has done to them, as far as its order asked for just that: a
 * node that was taken over has a check's order and could say that points are gone, or locked for a hundred years. Locks
 * are noted only now that all they need is locked; a later one, of a run that was quicker, stays.
 */
export const noteResult = async (
  { catalog: { points }, clock }: Deps,
  { tenantId, task, planOnly }: LibraryRun,
  { expired, locks = [] }: Document,
  { removedPoints, lockedPoints = [] }: Result,
): Promise<void> => {
  const now = clock.now();
  const until = now + BUDGET_MS;
  if (task === 'prune' && !planOnly) {
    const removed = new Set(removedPoints);
    const asked = expired.filter((id) => removed.has(id));
    await eachInTime(clock, until, asked, (id) => points.update(tenantId, id, { dataRemovedAt: now }));
  }
  if (task === 'extend-locks') {
    const locked = new Set(lockedPoints);
    const asked = locks.filter((each) => locked.has(each.recoveryPointId) && each.until <= now + LONGEST_LOCK_MS);
    await eachInTime(clock, until, asked, (each) => points.lockUntil(tenantId, each.recoveryPointId, each.until));
  }
};
