import type { InstanceRef, LockedInstance } from '../../contracts/steps.ts';
import { InstanceBusy } from '../../domain/errors.ts';
import { isOpen } from '../../domain/job.ts';
import { attemptName } from '../../domain/protected-instance.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Sha256 } from '../../ports/control.ts';
import type { TenantScopes } from '../../ports/tenant-scope.ts';
import { pointIdOf } from '../jobs/kept-points.ts';
import { resumedPoint } from '../jobs/resumed-point.ts';
import { settleCommitted } from './settle-committed.ts';

interface Deps {
  readonly catalog: Catalog;
  readonly scopes: TenantScopes;
  readonly clock: Clock;
  readonly sha256: Sha256;
}

/**
 * Takes the instance's lease for this attempt. A former owner's lease is taken over only when its attempt is over;
 * the fence then counts up, so that whatever that owner still has under way can commit nothing. Where an earlier attempt
 * was suspended on this instance, its recovery point is gone on with.
 */
export const createLockInstance =
  ({ catalog, scopes, clock, sha256 }: Deps) =>
  async (input: InstanceRef): Promise<LockedInstance> => {
    const { jobId, attempt, tenantId, instanceId } = input;
    const me = attemptName(jobId, attempt);
    let locked = await catalog.instances.lock(tenantId, instanceId, me);
    if (!locked) {
      const holder = (await catalog.instances.get(tenantId, instanceId))?.owner;
      if (holder && (await isOver(catalog, tenantId, holder))) {
        locked = await catalog.instances.lock(tenantId, instanceId, me, holder);
      }
      if (!locked) {
        throw new InstanceBusy(`${instanceId} is being worked on by ${holder ?? 'another job'}`, {
          remedy: 'wait until that job has ended, or cancel it',
        });
      }
    }
    // A crash may have come between the commit and the note of it on the point: the instance's record decides.
    const committed = locked.committed && (await catalog.points.get(tenantId, locked.committed));
    if (committed) await settleCommitted(catalog, clock, committed);
    const resumed = attempt > 1 ? await resumedPoint({ catalog, scopes, sha256 }, input, locked) : undefined;
    return { ...input, fence: locked.fence, recoveryPointId: resumed ?? pointIdOf(sha256, input, attempt) };
  };

const isOver = async (catalog: Catalog, tenantId: string, owner: string): Promise<boolean> => {
  const cut = owner.lastIndexOf('-');
  const job = await catalog.jobs.get(tenantId, owner.slice(0, cut));
  return job === undefined || !isOpen(job.state) || job.attempt > Number(owner.slice(cut + 1));
};
