import type { InstanceRef, Readiness } from '../../contracts/steps.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { TenantScopes } from '../../ports/tenant-scope.ts';
import { undoReplaced } from '../jobs/undo-replaced.ts';
import { openTenant } from '../tenant-of-job.ts';

interface Deps {
  readonly catalog: Catalog;
  readonly scopes: TenantScopes;
}

/**
 * A restore has failed: one look at the tenant's own instance, and what can be asked for now to have it as it was. The
 * job is said to have failed only then. What cannot be put back here, the cleanup goes on with.
 */
export const createPutBackReplaced =
  ({ catalog, scopes }: Deps) =>
  async ({ jobId, attempt, tenantId }: InstanceRef): Promise<Readiness> => {
    const { tenant } = await openTenant(catalog, tenantId, jobId);
    const ready = await undoReplaced(catalog, (access) => scopes.open(tenant, jobId, { to: 'clean-up', ...access }), {
      jobId,
      attempt,
      tenantId,
      mayStillChange: false,
      again: false,
    });
    return { ready };
  };
