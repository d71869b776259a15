import type { HypervisorView } from '../../contracts/api.ts';
import type { SetProtection } from '../../contracts/approvals.ts';
import type { HypervisorId } from '../../contracts/ids.ts';
import { InvalidRequest } from '../../domain/errors.ts';
import { hypervisorView } from '../../domain/views.ts';
import type { Catalog } from '../../ports/catalog.ts';
import { notFound } from './not-found.ts';

/** Whether what takes protection away waits for a second person. Idempotent. Errors: NotFound, InvalidRequest (a service hypervisor). */
export const createSetProtection =
  ({ catalog }: { readonly catalog: Pick<Catalog, 'hypervisors'> }) =>
  async (hypervisorId: HypervisorId, { approvals }: SetProtection): Promise<HypervisorView> => {
    const hypervisor = await catalog.hypervisors.get(hypervisorId);
    if (!hypervisor) throw notFound('hypervisor', 'hypervisorId');
    const twoPerson = approvals === 'two-person' ? approvals : undefined;
    if (hypervisor.kind !== 'tenant') {
      throw new InvalidRequest('This is a service hypervisor: approvals protect a tenant’s recovery points.', {
        field: 'hypervisorId',
        remedy: 'Name the tenant hypervisor.',
      });
    }
    if (!(await catalog.hypervisors.setApprovals(hypervisorId, twoPerson)))
      throw notFound('hypervisor', 'hypervisorId');
    const { approvals: _, ...rest } = hypervisor;
    return hypervisorView({ ...rest, ...(twoPerson ? { approvals: twoPerson } : {}) });
  };
