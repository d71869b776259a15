import type { RecoveryPointId } from '../../contracts/ids.ts';
import type { Job, JobInstance } from '../../domain/job.ts';
import { jobError } from '../../domain/job-error.ts';
import { attemptName } from '../../domain/protected-instance.ts';
import type { RecoveryPoint } from '../../domain/recovery-point.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock } from '../../ports/clock.ts';
import { settleCommitted } from '../backup/settle-committed.ts';

/**
 * Gives every instance of an attempt back, then says what has become of it. Answers the points that it committed. The
 * lease goes first: from then on the one write that commits is refused, so what the instance's record says stays said.
 */
export const closeInstances = async (
  catalog: Catalog,
  clock: Clock,
  job: Job,
  attempt: number,
): Promise<readonly RecoveryPoint[]> => {
  const committed: RecoveryPoint[] = [];
  for (const { instanceId } of await catalog.jobs.instances(job.jobId)) {
    await catalog.instances.unlock(job.tenantId, instanceId, attemptName(job.jobId, attempt));
    const child = await catalog.jobs.instance(job.jobId, instanceId);
    if (!child) continue;
    const points: RecoveryPoint[] = [];
    for (const recoveryPointId of pointsOf(job, child)) {
      const point = await settlePoint(catalog, clock, job, attempt, instanceId, recoveryPointId);
      if (point) points.push(point);
    }
    committed.push(...points);
    // A later attempt's work on the instance is not this one's to judge.
    if (job.attempt === attempt) await closeInstance(catalog, clock, job, child, points);
  }
  return committed;
};

const pointsOf = ({ type }: Job, { recoveryPointId, recoveryPointIds }: JobInstance): readonly RecoveryPointId[] => {
  if (type === 'restore') return [];
  if (type === 'backup-copy') return recoveryPointIds ?? [];
  return recoveryPointId === undefined ? [] : [recoveryPointId];
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
    const stopped = job.cancelRequestedAt === undefined ? 'failed' : 'cancelled';
    const becomes = isDone ? 'done' : job.suspendRequestedAt === undefined ? stopped : 'waiting';
    await catalog.jobs.updateInstance(jobId, instanceId, { phase: becomes, phaseSince: clock.now() });
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

/** The attempt's point if it was committed; else it is abandoned. The instance's record decides, not the point's. */
const settlePoint = async (
  catalog: Catalog,
  clock: Clock,
  { tenantId }: Job,
  attempt: number,
  instanceId: string,
  recoveryPointId: RecoveryPointId,
): Promise<RecoveryPoint | undefined> => {
  const point = await catalog.points.get(tenantId, recoveryPointId);
  if (!point || point.attempt !== attempt || point.state === 'expired') return undefined;
  const isCommitted =
    point.state === 'available' || (await catalog.instances.get(tenantId, instanceId))?.committed === recoveryPointId;
  if (!isCommitted) {
    await catalog.points.update(tenantId, recoveryPointId, { state: 'abandoned' });
    return undefined;
  }
  await settleCommitted(catalog, clock, point);
  return { ...point, state: 'available' };
};
