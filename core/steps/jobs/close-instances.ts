import type { RecoveryPointId } from '../../contracts/ids.ts';
import { isOpen, type Job, type JobInstance, UNDONE_PHASES } from '../../domain/job.ts';
import { jobError } from '../../domain/job-error.ts';
import { attemptName } from '../../domain/protected-instance.ts';
import type { RecoveryPoint } from '../../domain/recovery-point.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Sha256 } from '../../ports/control.ts';
import { settleCommitted } from '../backup/settle-committed.ts';
import { isTakeable, keptPoints, pointIdOf } from './kept-points.ts';
import type { Leftovers } from './leftovers.ts';

interface Deps {
  readonly catalog: Catalog;
  readonly clock: Clock;
  readonly sha256: Sha256;
}

export interface ClosedPoints {
  /** Recovery points that the attempt has committed. */
  readonly committed: readonly RecoveryPoint[];
  /** Pending ones that the next attempt may go on with. */
  readonly kept: readonly RecoveryPoint[];
}

/**
 * Gives every instance of an attempt back, then says what has become of it. The lease goes first: from then on the one
 * write that commits is refused, so what the instance's record says stays said.
 */
export const closeInstances = async (
  deps: Deps,
  job: Job,
  attempt: number,
  leftovers: Leftovers,
): Promise<ClosedPoints> => {
  const { catalog, clock } = deps;
  const committed: RecoveryPoint[] = [];
  const kept: RecoveryPoint[] = [];
  for (const { instanceId } of await catalog.jobs.instances(job.jobId)) {
    await catalog.instances.unlock(job.tenantId, instanceId, attemptName(job.jobId, attempt));
    const child = await catalog.jobs.instance(job.jobId, instanceId);
    if (!child) continue;
    const points: RecoveryPoint[] = [];
    for (const recoveryPointId of pointsOf(deps, job, attempt, child)) {
      const point = await settlePoint(catalog, clock, job, attempt, instanceId, recoveryPointId, leftovers);
      if (point?.state === 'available') points.push(point);
      else if (point) kept.push(point);
    }
    committed.push(...points);
    if (leftovers === 'remove') await abandonKept(deps, job, attempt, instanceId);
    // A later attempt's work on the instance is not this one's to judge.
    const now = await catalog.jobs.get(job.tenantId, job.jobId);
    if (now?.attempt === attempt) await closeInstance(catalog, clock, job, child, points);
  }
  return { committed, kept };
};

/** What earlier attempts have kept, and this one has not gone on with. */
const abandonKept = async (
  { catalog, sha256 }: Deps,
  { jobId, tenantId, type }: Job,
  attempt: number,
  instanceId: string,
): Promise<void> => {
  if (attempt === 1 || (type !== 'backup' && type !== 'snapshot')) return;
  for (const { recoveryPointId, attempt: by } of await keptPoints(catalog, sha256, {
    jobId,
    attempt,
    tenantId,
    instanceId,
  })) {
    if (by < attempt) await catalog.points.update(tenantId, recoveryPointId, { state: 'abandoned' });
  }
};

/**
 * The child's record names the newest attempt's point: a step of an earlier one that stalled may have made its own only
 * now, under the id that it was always to have.
 */
const pointsOf = (
  { sha256 }: Deps,
  { type, jobId }: Job,
  attempt: number,
  { instanceId, recoveryPointId, recoveryPointIds }: JobInstance,
): readonly RecoveryPointId[] => {
  if (type === 'restore') return [];
  if (type === 'backup-copy') return recoveryPointIds ?? [];
  const own = pointIdOf(sha256, { jobId, instanceId }, attempt);
  return [...new Set([own, ...(recoveryPointId === undefined ? [] : [recoveryPointId])])];
};

const closeInstance = async (
  catalog: Catalog,
  clock: Clock,
  job: Job,
  child: JobInstance,
  points: readonly RecoveryPoint[],
): Promise<void> => {
  const { jobId, instanceId, phase } = child;
  const isClosed = ['done', 'failed', 'cancelled'].includes(phase);
  // Of several copies one may be committed and the next not: then only its own last step says that it is done.
  const isDone = phase === 'done' || (job.type !== 'backup-copy' && points.length > 0);
  if (!isClosed || (isDone && phase !== 'done')) {
    const becomes = isDone ? ({ phase: 'done' } as const) : stoppedAs(job, child);
    // Looked at again, it has not changed since.
    if (becomes.phase !== phase) {
      await catalog.jobs.updateInstance(jobId, instanceId, { ...becomes, phaseSince: clock.now() });
    }
  }
  if (job.type === 'backup-copy') {
    const madeBefore: RecoveryPointId[] = [];
    for (const id of child.recoveryPointIds ?? []) {
      if ((await catalog.points.get(job.tenantId, id))?.state !== 'abandoned') madeBefore.push(id);
    }
    await catalog.jobs.updateInstance(jobId, instanceId, { recoveryPointIds: madeBefore });
  }
  for (const point of points) await closeRegionCopy(catalog, job, child, point);
};

/** Who stopped it may have said why (a deadline). */
const stoppedAs = (
  { cancelRequestedAt, suspendRequestedAt, error }: Job,
  child: JobInstance,
): Pick<JobInstance, 'phase' | 'error'> => {
  if (cancelRequestedAt !== undefined) return { phase: 'cancelled' };
  if (suspendRequestedAt !== undefined) return { phase: 'suspended' };
  return { phase: 'failed', ...(child.error === undefined && error ? { error } : {}) };
};

/**
 * Says that a restore which was stopped is not done, unless it is: the step that finishes it may still be under way, and
 * only one of the two writes is taken. A later attempt's is not touched: the job is open while this one's is being ended.
 */
export const endRestore = async (catalog: Catalog, clock: Clock, job: Job, attempt: number): Promise<void> => {
  if (job.attempt !== attempt || !isOpen(job.state)) return;
  for (const child of await catalog.jobs.instances(job.jobId)) {
    if (['failed', 'cancelled'].includes(child.phase)) continue;
    const change = { ...stoppedAs(job, child), phaseSince: clock.now() };
    await catalog.jobs.updateInstance(job.jobId, child.instanceId, change, UNDONE_PHASES);
  }
};

/** Its copy in another region was under way when the attempt ended: what there is of it is removed. */
const closeRegionCopy = async (catalog: Catalog, job: Job, child: JobInstance, point: RecoveryPoint): Promise<void> => {
  const region = job.request.type === 'snapshot' ? job.request.copyToRegion : undefined;
  if (region === undefined || (point.regionCopy !== undefined && point.regionCopy.state !== 'copying')) return;
  const reason = `the job ended before the snapshots were copied to ${region}`;
  await catalog.points.update(job.tenantId, point.recoveryPointId, {
    regionCopy: { region, state: 'failed', snapshotIds: [], reason },
  });
  if (!child.error) {
    await catalog.jobs.updateInstance(child.jobId, child.instanceId, { error: jobError('SnapshotFailed', reason) });
  }
};

/**
 * The attempt's point if it was committed, or (still pending) kept; else it is abandoned. The instance's record decides,
 * not the point's.
 */
const settlePoint = async (
  catalog: Catalog,
  clock: Clock,
  { tenantId }: Job,
  attempt: number,
  instanceId: string,
  recoveryPointId: RecoveryPointId,
  leftovers: Leftovers,
): Promise<RecoveryPoint | undefined> => {
  const point = await catalog.points.get(tenantId, recoveryPointId);
  if (!point || point.state === 'expired') return undefined;
  // A copy that an earlier attempt has begun and kept: nobody goes on with it any more.
  const isLetGo = leftovers === 'remove' && point.attempt < attempt && isTakeable(point, attempt);
  if (point.attempt !== attempt && !isLetGo) return undefined;
  const isCommitted =
    point.state === 'available' || (await catalog.instances.get(tenantId, instanceId))?.committed === recoveryPointId;
  if (isCommitted) {
    await settleCommitted(catalog, clock, point);
    return { ...point, state: 'available' };
  }
  const isMarked = leftovers !== 'remove' && point.keptBy === attempt;
  if (point.state === 'pending' && (leftovers === 'keep' || isMarked)) {
    if (!isMarked) await catalog.points.update(tenantId, recoveryPointId, { keptBy: attempt });
    return point;
  }
  await catalog.points.update(tenantId, recoveryPointId, { state: 'abandoned' });
  return undefined;
};
