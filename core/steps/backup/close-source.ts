import type { LockedInstance } from '../../contracts/steps.ts';
import { attemptName } from '../../domain/protected-instance.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { TenantScopes } from '../../ports/tenant-scope.ts';
import { openTenant } from '../tenant-of-job.ts';
import { pendingPoint } from '../transfer/pending-point.ts';
import { leaveOneSnapshot } from './leave-one-snapshot.ts';

interface Deps {
  readonly catalog: Catalog;
  readonly scopes: TenantScopes;
}

/** After the commit: only what the next incremental needs stays in the tenant's account, and the lease is given back. */
export const createCloseSource =
  ({ catalog, scopes }: Deps) =>
  async (input: LockedInstance): Promise<LockedInstance> => {
    const { jobId, attempt, tenantId, instanceId, recoveryPointId } = input;
    const { tenant } = await openTenant(catalog, tenantId, jobId);
    const me = attemptName(jobId, attempt);
    const now = await catalog.instances.get(tenantId, instanceId);
    // Run again after its answer was lost: a later job may hold the instance by now.
    if (now?.head !== recoveryPointId || now.owner !== me) return input;
    const scope = await scopes.open(tenant, jobId, { to: 'protect' });
    await leaveOneSnapshot(catalog, scope, await pendingPoint(catalog, input));
    await catalog.instances.unlock(tenantId, instanceId, me);
    return input;
  };
