import type { VmGroupFields } from '../../contracts/vm-groups.ts';
import { InvalidRequest } from '../../domain/errors.ts';
import type { Hypervisor } from '../../domain/hypervisor.ts';
import type { Catalog } from '../../ports/catalog.ts';
import { notFound } from './not-found.ts';

const notHere = (field: string): InvalidRequest =>
  new InvalidRequest(`${field} is not known here.`, { field, remedy: 'Leave it out: nothing was done.' });

/** Its plan must be the hypervisor's own; a zone is a service hypervisor's only. Errors: InvalidRequest, NotFound. */
export const checkGroup = async (
  { plans }: Pick<Catalog, 'plans'>,
  { kind, hypervisorId, region }: Hypervisor,
  { planId, zone }: VmGroupFields,
): Promise<void> => {
  if (zone !== undefined && kind === 'tenant') throw notHere('zone');
  if (zone !== undefined && !zone.startsWith(region)) {
    throw new InvalidRequest(`zone must be one of the region ${region}.`, {
      field: 'zone',
      remedy: 'Correct it and send the request again.',
    });
  }
  if (planId === undefined) return;
  if (kind === 'service') throw notHere('planId');
  if (!(await plans.get(hypervisorId, planId))) throw notFound('plan', 'planId');
};
