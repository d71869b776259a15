import type { AddHypervisor } from '../../contracts/api.ts';
import type { HypervisorId } from '../../contracts/ids.ts';
import type { LibraryRef } from '../../contracts/orders.ts';
import { InvalidRequest } from '../../domain/errors.ts';
import type { ServiceHypervisor } from '../../domain/hypervisor.ts';

/** What a service hypervisor's MediaAgent gets where the request names nothing else. */
export interface LibraryDefaults {
  readonly libraryBucket: string;
  readonly libraryRegion: string;
  readonly kmsKeyArn: string;
  /** Opens the library's bucket and key. */
  readonly libraryRoleArn: string;
  /** As that, and may delete. */
  readonly libraryMaintenanceRoleArn: string;
}

type AddService = Extract<AddHypervisor, { kind: 'service' }>;
type MediaAgent = ServiceHypervisor['mediaAgent'];

/**
 * In the deployment's own bucket each library has a folder of its own, which nobody chooses: two never share a tenant's
 * keys. Errors: InvalidRequest.
 */
const libraryOf = (request: AddService, hypervisorId: HypervisorId, defaults: LibraryDefaults): LibraryRef => {
  const { library, region } = request;
  if (!library) {
    return { kind: 's3', bucket: defaults.libraryBucket, prefix: hypervisorId, region: defaults.libraryRegion };
  }
  if (library.kind === 'disk') return { kind: 'disk', path: library.path };
  if (library.bucket === defaults.libraryBucket) {
    throw new InvalidRequest(`The bucket ${library.bucket} is the deployment's own: each library has a folder there.`, {
      field: 'library.bucket',
      remedy: 'Leave the library out: it gets that folder. Or name a bucket of your own.',
    });
  }
  return { kind: 's3', bucket: library.bucket, prefix: library.prefix.replace(/^\/+|\/+$/g, ''), region };
};

/** The broker may assume roles of this name, in whatever account (infra/roles.yml). */
const LIBRARY_ROLE = /^arn:aws:iam::\d{12}:role\/holdfast-library-/;

/** The deployment's own role opens the deployment's own bucket and key only. Errors: InvalidRequest. */
const accessOf = (
  { library }: AddService,
  defaults: LibraryDefaults,
): Pick<MediaAgent, 'roleArn' | 'maintenanceRoleArn' | 'kmsKeyArn'> => {
  const own = {
    roleArn: defaults.libraryRoleArn,
    maintenanceRoleArn: defaults.libraryMaintenanceRoleArn,
    kmsKeyArn: defaults.kmsKeyArn,
  };
  if (library?.kind !== 's3') return own;
  const { bucket, roleArn, maintenanceRoleArn, kmsKeyArn } = library;
  if (roleArn === undefined || kmsKeyArn === undefined) {
    const missing = roleArn === undefined ? 'roleArn' : 'kmsKeyArn';
    throw new InvalidRequest(`library.${missing} is missing: the bucket ${bucket} is not the deployment's own.`, {
      field: `library.${missing}`,
      remedy: 'Name the role that opens the bucket, and the KMS key that wraps the tenants’ data keys.',
    });
  }
  for (const [name, arn] of Object.entries({ roleArn, maintenanceRoleArn })) {
    if (arn === undefined || LIBRARY_ROLE.test(arn)) continue;
    throw new InvalidRequest(`library.${name} must be a role whose name starts with holdfast-library-.`, {
      field: `library.${name}`,
      remedy: 'Give the role such a name: the deployment may assume no other.',
    });
  }
  return { roleArn, kmsKeyArn, ...(maintenanceRoleArn === undefined ? {} : { maintenanceRoleArn }) };
};

/** Errors: InvalidRequest. */
const lockOf = ({ lock = 'none', library }: AddService): Pick<MediaAgent, 'lock'> => {
  if (lock === 'none') return {};
  if (library?.kind !== 'disk') return { lock };
  throw new InvalidRequest('A folder has no Object Lock: only a library in S3 can have one.', {
    field: 'lock',
    remedy: 'Keep the library in a bucket that has Object Lock, or leave the lock out.',
  });
};

/** Errors: InvalidRequest, naming the field. */
export const newMediaAgent = (
  request: AddService,
  hypervisorId: HypervisorId,
  defaults: LibraryDefaults,
): MediaAgent => ({
  libraryId: hypervisorId.replace(/^hv-/, 'lib-'),
  library: libraryOf(request, hypervisorId, defaults),
  recoveryPublicKey: request.recoveryPublicKey,
  ...accessOf(request, defaults),
  ...lockOf(request),
});
