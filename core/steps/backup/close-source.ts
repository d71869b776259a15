import type { LockedInstance } from '../../contracts/steps.ts';
import { TAG } from '../../domain/effect.ts';
import { attemptName } from '../../domain/protected-instance.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock } from '../../ports/clock.ts';
import type { TenantScopes } from '../../ports/tenant-scope.ts';
import { openTenant } from '../tenant-of-job.ts';
import { pendingPoint } from './pending-point.ts';

interface Deps {
  readonly catalog: Catalog;
  readonly scopes: TenantScopes;
  readonly clock: Clock;
}

/**
 * Leaves, a volume, the one snapshot that the next incremental compares with, and deletes every other of this
 * instance's that we made: the ones before, and whatever an earlier attempt may have left.
 */
export const createCloseSource =
  ({ catalog, scopes, clock }: Deps) =>
  async (input: LockedInstance): Promise<LockedInstance> => {
    const { jobId, attempt, tenantId, instanceId } = input;
    const { tenant } = await openTenant(catalog, tenantId, jobId);
    const point = await pendingPoint(catalog, input);
    const keep = new Set(point.volumes.map(({ snapshotId }) => snapshotId));
    const scope = await scopes.open(tenant, jobId);
    for (const { snapshotId, tags } of await scope.snapshots.findByTag(TAG.instance, instanceId)) {
      // A restore of this instance tags its snapshots with the source's id too; those are its own to delete.
      if (!keep.has(snapshotId) && tags[TAG.restore] === undefined) await scope.snapshots.delete(snapshotId);
    }
    for (const effect of await catalog.effects.ofAttempt(jobId, attempt)) {
      if (effect.kind === 'snapshots' && effect.resourceIds.some((id) => keep.has(id))) {
        await catalog.effects.update(effect, { state: 'kept' });
      }
    }
    await catalog.jobs.updateInstance(jobId, instanceId, { phase: 'done', phaseSince: clock.now() });
    await catalog.instances.unlock(tenantId, instanceId, attemptName(jobId, attempt));
    return input;
  };
