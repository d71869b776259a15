import type { AddHypervisor } from '../../contracts/api.ts';
import type { HypervisorId } from '../../contracts/ids.ts';
import type { LibraryRef } from '../../contracts/orders.ts';
import type { ServiceHypervisor } from '../../domain/hypervisor.ts';

/** What a service hypervisor's MediaAgent gets where the request names nothing else. */
export interface LibraryDefaults {
  readonly libraryBucket: string;
  readonly libraryRegion: string;
  readonly kmsKeyArn: string;
  /** Opens the library's bucket and key. */
  readonly libraryRoleArn: string;
}

type AddService = Extract<AddHypervisor, { kind: 'service' }>;

/** In the deployment's own bucket each library has a folder of its own: two never share a tenant's keys. */
const libraryOf = (request: AddService, hypervisorId: HypervisorId, defaults: LibraryDefaults): LibraryRef => {
  const { library, region } = request;
  if (!library) {
    return { kind: 's3', bucket: defaults.libraryBucket, prefix: hypervisorId, region: defaults.libraryRegion };
  }
  if (library.kind === 'disk') return library;
  return { kind: 's3', bucket: library.bucket, prefix: library.prefix.replace(/^\/+|\/+$/g, ''), region };
};

export const newMediaAgent = (
  request: AddService,
  hypervisorId: HypervisorId,
  libraryId: string,
  defaults: LibraryDefaults,
): ServiceHypervisor['mediaAgent'] => ({
  libraryId,
  library: libraryOf(request, hypervisorId, defaults),
  kmsKeyArn: defaults.kmsKeyArn,
  recoveryPublicKey: request.recoveryPublicKey,
  roleArn: defaults.libraryRoleArn,
});
