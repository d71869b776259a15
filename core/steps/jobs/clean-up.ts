import type { AttemptRef, CleanUpOutput } from '../../contracts/steps.ts';
import { type Effect, TAG } from '../../domain/effect.ts';
import { isTerminal, type Job } from '../../domain/job.ts';
import { jobError } from '../../domain/job-error.ts';
import { attemptName } from '../../domain/protected-instance.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Executions } from '../../ports/control.ts';
import type { TenantScope, TenantScopes } from '../../ports/tenant-scope.ts';
import { openTenant } from '../tenant-of-job.ts';
import { judge } from './close-job.ts';

interface Deps {
  readonly catalog: Catalog;
  readonly scopes: TenantScopes;
  readonly executions: Executions;
  readonly clock: Clock;
}

/**
 * Closes what an attempt left open, however it ended: StopExecution and a machine's timeout run no Catch. It may run
 * any number of times, at any point; what belongs to a committed recovery point or a finished restore stays.
 */
export const createCleanUp =
  ({ catalog, scopes, executions, clock }: Deps) =>
  async ({ jobId, attempt, tenantId }: AttemptRef): Promise<CleanUpOutput> => {
    const { job, tenant } = await openTenant(catalog, tenantId, jobId);
    const status = await executions.status(job.type as 'backup' | 'restore', attemptName(jobId, attempt));
    if (status === 'RUNNING') return { state: 'running' };

    // First nobody may start anything any more, then what was started is undone.
    for (const order of await catalog.orders.ofAttempt(jobId, attempt)) {
      if (order.state !== 'done' && order.state !== 'closed') await catalog.orders.close(order.orderId);
    }
    const scope = await scopes.open(tenant, jobId);
    const effects = await catalog.effects.ofAttempt(jobId, attempt);
    for (const effect of effects.toSorted((a, b) => UNDO_ORDER.indexOf(a.kind) - UNDO_ORDER.indexOf(b.kind))) {
      if (effect.state === 'kept' || effect.state === 'undone') continue;
      const kept = await isCommitted(catalog, effect, job);
      if (!kept) await undo(scope, effect);
      await catalog.effects.update(effect, { state: kept ? 'kept' : 'undone' });
    }
    await closeInstances(catalog, clock, job, attempt);
    if (job.attempt === attempt && !isTerminal(job.state)) {
      const error = jobError(
        'States.Aborted',
        `the execution ended as ${status ?? 'never started'} without closing its job`,
      );
      const verdict = judge(job, await catalog.jobs.instances(jobId), error);
      await catalog.jobs.update(tenantId, jobId, { ...verdict, endedAt: clock.now() }, [
        'queued',
        'running',
        'cancelling',
      ]);
    }
    return { state: 'closed' };
  };

/** A snapshot that an image names cannot be deleted. */
const UNDO_ORDER: readonly Effect['kind'][] = ['instance', 'image', 'pending-snapshot', 'snapshots'];

/** A crash may fall between the commit and the note of it: the instance's record decides, not the effect's. */
const isCommitted = async (catalog: Catalog, effect: Effect, job: Job): Promise<boolean> => {
  if (effect.kind !== 'snapshots') return false;
  for (const { instanceId, recoveryPointId } of await catalog.jobs.instances(job.jobId)) {
    const head = (await catalog.instances.get(job.tenantId, instanceId))?.head;
    if (head === undefined || head !== recoveryPointId) continue;
    const point = await catalog.points.get(job.tenantId, head);
    if (
      point?.attempt === effect.attempt &&
      point.volumes.some(({ snapshotId }) => effect.resourceIds.includes(snapshotId))
    )
      return true;
  }
  return false;
};

const undo = async (scope: TenantScope, effect: Effect): Promise<void> => {
  if (effect.kind === 'snapshots' || effect.kind === 'pending-snapshot') {
    const found = await scope.snapshots.findByTag(TAG.operation, effect.effectId);
    const ids = new Set([...effect.resourceIds, ...found.map(({ snapshotId }) => snapshotId)]);
    for (const snapshotId of ids) await scope.snapshots.delete(snapshotId);
    return;
  }
  if (effect.kind === 'image') {
    const ids = new Set([...effect.resourceIds, ...(await scope.images.findByTag(TAG.operation, effect.effectId))]);
    for (const imageId of ids) await scope.images.deregister(imageId);
    return;
  }
  const ids = new Set([...effect.resourceIds, ...(await scope.instances.findByTag(TAG.operation, effect.effectId))]);
  for (const instanceId of ids) await scope.instances.terminate(instanceId);
};

const closeInstances = async (catalog: Catalog, clock: Clock, job: Job, attempt: number): Promise<void> => {
  for (const child of await catalog.jobs.instances(job.jobId)) {
    const { instanceId, recoveryPointId } = child;
    if (job.type === 'backup' && recoveryPointId) {
      const head = (await catalog.instances.get(job.tenantId, instanceId))?.head;
      const point = await catalog.points.get(job.tenantId, recoveryPointId);
      if (point?.attempt === attempt && point.state === 'pending') {
        const committed = head === recoveryPointId;
        await catalog.points.update(job.tenantId, recoveryPointId, {
          state: committed ? 'available' : 'abandoned',
          ...(committed ? { committedAt: clock.now() } : {}),
        });
        if (committed)
          await catalog.jobs.updateInstance(job.jobId, instanceId, { phase: 'done', phaseSince: clock.now() });
      }
    }
    const now = await catalog.jobs.instance(job.jobId, instanceId);
    if (now && !['done', 'failed', 'cancelled'].includes(now.phase)) {
      const phase = job.cancelRequestedAt === undefined ? 'failed' : 'cancelled';
      await catalog.jobs.updateInstance(job.jobId, instanceId, { phase, phaseSince: clock.now() });
    }
    await catalog.instances.unlock(job.tenantId, instanceId, attemptName(job.jobId, attempt));
  }
};
