import type { HypervisorId } from '../../contracts/ids.ts';
import type { TenantHypervisor } from '../../domain/hypervisor.ts';
import type { Catalog } from '../../ports/catalog.ts';
import { everyItem } from '../../ports/every-item.ts';
import { isInLibrary } from '../api/out-of-reach-points.ts';

interface Library {
  readonly points: Pick<Catalog['points'], 'list'>;
}

/**
 * Whether a tenant has to do with the library of a service hypervisor: it is bound to that, or has recovery points there,
 * of whatever state. Nobody looks after it in any other: what is at its place there may be somebody else's.
 */
export const isOfLibrary = async (
  { points }: Library,
  { hypervisorId, binding }: Pick<TenantHypervisor, 'hypervisorId' | 'binding'>,
  serviceId: HypervisorId,
): Promise<boolean> => {
  if (binding?.serviceId === serviceId) return true;
  for await (const point of everyItem((page) => points.list(hypervisorId, undefined, page)))
    if (point.serviceId === serviceId && isInLibrary(point)) return true;
  return false;
};
