import { Conflict } from '../../domain/errors.ts';
import type { ServiceHypervisor } from '../../domain/hypervisor.ts';

/**
 * O6: with `accessNodes: automatic` the nodes come from the service hypervisor's VM groups. It has none (there are no
 * VM groups yet), so no tenant may be bound to it and no job may run on it until nodes are added by hand.
 * Errors: Conflict.
 */
export const refuseWithoutAccessNodes = (service: ServiceHypervisor): void => {
  if (service.accessNodes === 'manual') return;
  throw new Conflict(
    `The service hypervisor ${service.hypervisorId} takes its access nodes from its VM groups (automatic), and has no VM group.`,
    {
      remedy:
        'Add access nodes by hand at the service hypervisor before a tenant hypervisor uses it: add a service hypervisor with accessNodes manual, start its nodes, and bind the tenant to that one.',
      tenantMessage:
        'Your account is not connected to your provider’s resources yet. Your provider has to finish the set-up.',
    },
  );
};
