import type { Job, JobInstance } from '../../domain/job.ts';
import { attemptName } from '../../domain/protected-instance.ts';
import type { RecoveryPoint } from '../../domain/recovery-point.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock } from '../../ports/clock.ts';

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
    const point = job.type === 'backup' ? await settlePoint(catalog, clock, job, attempt, child) : undefined;
    if (point) committed.push(point);
    if (['done', 'failed', 'cancelled'].includes(child.phase) && !(point && child.phase !== 'done')) continue;
    const phase = point ? 'done' : job.cancelRequestedAt === undefined ? 'failed' : 'cancelled';
    await catalog.jobs.updateInstance(job.jobId, instanceId, { phase, phaseSince: clock.now() });
  }
  return committed;
};

/** The attempt's point if it was committed; else it is abandoned. The instance's record decides, not the point's. */
const settlePoint = async (
  catalog: Catalog,
  clock: Clock,
  { tenantId }: Job,
  attempt: number,
  { instanceId, recoveryPointId }: JobInstance,
): Promise<RecoveryPoint | undefined> => {
  const point = recoveryPointId && (await catalog.points.get(tenantId, recoveryPointId));
  if (!point || point.attempt !== attempt) return undefined;
  if (point.state === 'available') return point;
  const isHead = (await catalog.instances.get(tenantId, instanceId))?.head === point.recoveryPointId;
  if (!isHead) {
    await catalog.points.update(tenantId, point.recoveryPointId, { state: 'abandoned' });
    return undefined;
  }
  await catalog.points.update(tenantId, point.recoveryPointId, { state: 'available', committedAt: clock.now() });
  return point;
};
