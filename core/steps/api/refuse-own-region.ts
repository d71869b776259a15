import { InvalidRequest } from '../../domain/errors.ts';
import type { TenantHypervisor } from '../../domain/hypervisor.ts';

/** A copy where the snapshots are already would be no copy. Errors: InvalidRequest. */
export const refuseOwnRegion = ({ region }: TenantHypervisor, copyToRegion: string | undefined): void => {
  if (copyToRegion !== region) return;
  throw new InvalidRequest(`copyToRegion must be another region than ${region}, where the snapshots are.`, {
    field: 'copyToRegion',
    remedy: 'Name another region, or leave it out.',
  });
};
