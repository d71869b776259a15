import type { LeasedInstance } from '../../contracts/steps.ts';
import { namedError } from '../../domain/named-error.ts';
import { attemptName } from '../../domain/protected-instance.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock } from '../../ports/clock.ts';
import type { TenantScopes } from '../../ports/tenant-scope.ts';
import { leaveOneSnapshot } from '../backup/leave-one-snapshot.ts';
import { assertGoesOn } from '../phase.ts';
import { openTenant } from '../tenant-of-job.ts';
import { isFinal } from './give-up-copy.ts';

interface Deps {
  readonly catalog: Catalog;
  readonly scopes: TenantScopes;
  readonly clock: Clock;
}

/**
 * After the last copy of an instance: what only the backups before them compared with is removed, and the lease is given
 * back. Errors: by its own name, that of a copy which could not be made; if it is gone for good, only where nothing was copied.
 */
export const createCloseCopy =
  ({ catalog, scopes, clock }: Deps) =>
  async (input: LeasedInstance): Promise<Record<string, never>> => {
    const { jobId, attempt, tenantId, instanceId } = input;
    const { tenant } = await openTenant(catalog, tenantId, jobId);
    const child = await catalog.jobs.instance(jobId, instanceId);
    if (child?.phase === 'done') return {};
    await assertGoesOn(catalog, input);
    // Where another try may make it good, the instance is not done.
    if (child?.error && ((child.recoveryPointIds ?? []).length === 0 || !isFinal(child.error))) {
      throw namedError(child.error);
    }
    const me = attemptName(jobId, attempt);
    const now = await catalog.instances.get(tenantId, instanceId);
    const head = now?.head && (await catalog.points.get(tenantId, now.head));
    if (head && head.jobId === jobId && now.owner === me) {
      await leaveOneSnapshot(catalog, await scopes.open(tenant, jobId, { to: 'protect' }), head);
    }
    await catalog.instances.unlock(tenantId, instanceId, me);
    await catalog.jobs.updateInstance(jobId, instanceId, { phase: 'done', phaseSince: clock.now() });
    return {};
  };
