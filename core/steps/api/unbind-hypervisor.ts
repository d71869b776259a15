import type { HypervisorView } from '../../contracts/api.ts';
import type { HypervisorId } from '../../contracts/ids.ts';
import { hypervisorView } from '../../domain/views.ts';
import type { Catalog } from '../../ports/catalog.ts';
import { bindingChanged, tenantToBind } from './bind-hypervisor.ts';
import { refuseWhileJobsRun } from './unended-job.ts';

interface Deps {
  readonly catalog: Pick<Catalog, 'hypervisors' | 'jobs'>;
}

/**
 * A tenant without a binding has no access nodes: nothing is backed up or restored until it is bound again (every job
 * says so, TenantNotBound). Its recovery points stay where they are, and are restorable then. Asked again, it changes
 * nothing. Errors: NotFound, InvalidRequest (wrong kind), Conflict (a job is not over).
 */
export const createUnbindHypervisor =
  ({ catalog }: Deps) =>
  async (tenantId: HypervisorId): Promise<HypervisorView> => {
    const tenant = await tenantToBind(catalog, tenantId);
    if (!tenant.binding) return hypervisorView(tenant);
    await refuseWhileJobsRun(catalog.jobs, tenantId, 'it cannot be unbound');
    if (!(await catalog.hypervisors.bind(tenantId, undefined, tenant.binding))) throw bindingChanged(tenantId);
    const { binding: _, ...unbound } = tenant;
    return hypervisorView(unbound);
  };
