import { Conflict } from '../../domain/errors.ts';
import type { ServiceHypervisor } from '../../domain/hypervisor.ts';
import { sharesPlace } from '../../domain/library-place.ts';
import type { Catalog } from '../../ports/catalog.ts';
import { everyItem } from '../../ports/every-item.ts';

type Placed = Pick<ServiceHypervisor, 'hypervisorId' | 'mediaAgent' | 'createdAt'>;

const isOlder = (one: Placed, other: Placed): boolean =>
  one.createdAt === other.createdAt ? one.hypervisorId < other.hypervisorId : one.createdAt < other.createdAt;

/**
 * Each library is one service hypervisor's: over another's, tenants' folders would be the same, and with a service
 * hypervisor of one's own would come the right to delete there. `beside`: only those that were there before it count
 * (that one was added over it is no reason to stop using it). Errors: Conflict.
 */
export const refuseSharedLibrary = async (
  { hypervisors }: { readonly hypervisors: Pick<Catalog['hypervisors'], 'list'> },
  service: Placed,
  beside: 'all' | 'older',
): Promise<void> => {
  for await (const other of everyItem((page) => hypervisors.list(page))) {
    if (other.kind !== 'service' || other.hypervisorId === service.hypervisorId) continue;
    if (beside === 'older' && !isOlder(other, service)) continue;
    if (!sharesPlace(service.mediaAgent.library, other.mediaAgent.library)) continue;
    throw new Conflict(
      `The library of the service hypervisor ${other.name} (${other.hypervisorId}) is at that place, or above or below it.`,
      { field: 'library.prefix', remedy: 'Keep each library in a bucket, or under a prefix, of its own.' },
    );
  }
};
