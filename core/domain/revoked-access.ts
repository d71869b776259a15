import { TenantAccessLost } from './errors.ts';
import type { Revocation, TenantHypervisor } from './hypervisor.ts';
import { time } from './view-fields.ts';

export const PROVIDER_WITHDREW =
  'Your provider has withdrawn its own access to your account: nothing is backed up or restored until it gives it back.';

export const revokedBy = ({ at, by, reason }: Revocation): string =>
  `The access to the tenant was revoked at ${time(at)} by ${by}${reason === undefined ? '' : ` (${reason})`}`;

/** Asked wherever the way into a tenant's account is opened. Errors: TenantAccessLost. */
export const refuseRevoked = ({ hypervisorId, revoked }: TenantHypervisor): void => {
  if (!revoked) return;
  throw new TenantAccessLost(`${revokedBy(revoked)}.`, {
    tenantMessage: PROVIDER_WITHDREW,
    remedy: `Give it back: holdfast hypervisor restore-access ${hypervisorId}`,
  });
};
