import type { AddHypervisor } from '../../contracts/api.ts';
import { CredentialsRejected } from '../../domain/errors.ts';
import type { CredentialCheck } from '../../ports/tenant-scope.ts';

/** The deployment's own role is somebody in one account only. Errors: CredentialsRejected. */
const refuseRoleElsewhere = ({ auth, accountId }: AddHypervisor, controlPlaneAccountId: string): void => {
  if (auth.method !== 'iam-role' || accountId === controlPlaneAccountId) return;
  throw new CredentialsRejected(
    `iam-role is the deployment's own role: it reaches its own account ${controlPlaneAccountId}, not ${accountId}.`,
    { field: 'accountId', remedy: 'Use assume-role or access-key for a service hypervisor in another account.' },
  );
};

/**
 * The credentials must work, and be those of the account that was named; that a role asks for its ExternalId is part of
 * `identify`. Errors: CredentialsRejected.
 */
export const checkIdentity = async (
  credentials: CredentialCheck,
  request: AddHypervisor,
  controlPlaneAccountId: string,
): Promise<void> => {
  refuseRoleElsewhere(request, controlPlaneAccountId);
  const { auth, accountId, region } = request;
  const who = await credentials.identify(auth, region).catch((error: unknown) => {
    if (!(error instanceof CredentialsRejected) || error.field !== undefined) throw error;
    throw new CredentialsRejected(error.message, {
      field: 'auth',
      remedy: error.remedy ?? 'Check the credentials, and for a role its trust policy and ExternalId.',
      cause: error,
    });
  });
  if (who.accountId === accountId) return;
  throw new CredentialsRejected(`The credentials belong to the account ${who.accountId}, not to ${accountId}.`, {
    field: 'accountId',
    remedy: 'Name the account that the credentials belong to, or give credentials of the account that you named.',
  });
};
