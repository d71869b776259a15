import type { LibraryAccess } from '../../contracts/orders.ts';
import type { ServiceHypervisor, TenantHypervisor } from '../../domain/hypervisor.ts';

/** A tenant's own part of the service hypervisor's library: a folder of its own under a key of its own. */
export const libraryAccess = ({ mediaAgent }: ServiceHypervisor, { hypervisorId }: TenantHypervisor): LibraryAccess => {
  const { library, libraryId, kmsKeyArn, recoveryPublicKey } = mediaAgent;
  return {
    library:
      library.kind === 's3'
        ? { ...library, prefix: [library.prefix, 'tenants', hypervisorId].filter((part) => part !== '').join('/') }
        : { kind: 'disk', path: `${library.path}/tenants/${hypervisorId}` },
    tenantId: hypervisorId,
    libraryId,
    kmsKeyArn,
    recoveryPublicKey,
  };
};
