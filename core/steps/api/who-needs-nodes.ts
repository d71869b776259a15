import type { ServiceHypervisor, TenantHypervisor } from '../../domain/hypervisor.ts';
import type { Catalog } from '../../ports/catalog.ts';
import { everyItem } from '../../ports/every-item.ts';
import { isInLibrary, livingPoints } from './out-of-reach-points.ts';

/**
 * Who would be left without access nodes if a service hypervisor had none: the tenants that are bound to it, and those
 * that have recovery points in its folder, which no other nodes can read. By name.
 */
export const whoNeedsNodesOf = async (
  { hypervisors, points }: Pick<Catalog, 'hypervisors' | 'points'>,
  { hypervisorId, mediaAgent }: ServiceHypervisor,
): Promise<readonly string[]> => {
  const holds = async (tenant: TenantHypervisor): Promise<boolean> => {
    for await (const point of livingPoints(points, tenant.hypervisorId))
      if (point.serviceId === hypervisorId && isInLibrary(point)) return true;
    return false;
  };
  const names: string[] = [];
  for await (const tenant of everyItem((page) => hypervisors.list(page))) {
    if (tenant.kind !== 'tenant') continue;
    const isBound = tenant.binding?.serviceId === hypervisorId;
    if (isBound || (mediaAgent.library.kind === 'disk' && (await holds(tenant))))
      names.push(`${tenant.name} (${tenant.hypervisorId})`);
  }
  return names;
};
