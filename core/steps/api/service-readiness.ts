import { Conflict } from '../../domain/errors.ts';
import type { ServiceHypervisor } from '../../domain/hypervisor.ts';

/**
 * Of a service hypervisor in another account, until what its template makes was found there; of any, once its removal
 * has begun. Errors: Conflict.
 */
export const refuseUnlessReady = (service: ServiceHypervisor): void => {
  const { state, hypervisorId, accountId } = service;
  if (state === 'ready') return;
  refuseWhileRemoved(service);
  throw new Conflict(
    `The service hypervisor ${hypervisorId} is not ready: what its template makes was not found in the account ${accountId} yet.`,
    {
      remedy: `Deploy its template there (holdfast hypervisor template ${hypervisorId}), then look for it: holdfast hypervisor check ${hypervisorId}`,
      tenantMessage:
        'Your account is not connected to your provider’s resources yet. Your provider has to finish the set-up.',
    },
  );
};

/** Errors: Conflict. */
export const refuseWhileRemoved = ({ state, hypervisorId }: ServiceHypervisor): void => {
  if (state !== 'removing') return;
  throw new Conflict(`The service hypervisor ${hypervisorId} is being removed.`, {
    remedy: `Name another one; if its removal did not come to an end, ask for it again: holdfast hypervisor remove ${hypervisorId}`,
    tenantMessage:
      'Your account is not connected to your provider’s resources yet. Your provider has to finish the set-up.',
  });
};
