import { Conflict } from '../../domain/errors.ts';
import type { ServiceHypervisor } from '../../domain/hypervisor.ts';

/** Of a service hypervisor in another account, until what its template makes was found there. Errors: Conflict. */
export const refuseWhilePreparing = ({ state, hypervisorId, accountId }: ServiceHypervisor): void => {
  if (state === 'ready') return;
  throw new Conflict(
    `The service hypervisor ${hypervisorId} is not ready: what its template makes was not found in the account ${accountId} yet.`,
    {
      remedy: `Deploy its template there (holdfast hypervisor template ${hypervisorId}), then look for it: holdfast hypervisor check ${hypervisorId}`,
      tenantMessage:
        'Your account is not connected to your provider’s resources yet. Your provider has to finish the set-up.',
    },
  );
};
