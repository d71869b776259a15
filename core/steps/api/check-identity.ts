import { CredentialsRejected } from '../../domain/errors.ts';
import type { Hypervisor } from '../../domain/hypervisor.ts';
import type { CredentialCheck } from '../../ports/credential-check.ts';
import type { IdentifiedHypervisor } from './invited-external-id.ts';

type Named = Pick<IdentifiedHypervisor, 'auth' | 'accountId' | 'region'>;

/** The deployment's own role is somebody in one account only. Errors: CredentialsRejected. */
const refuseRoleElsewhere = ({ auth, accountId }: Named, controlPlaneAccountId: string): void => {
  if (auth.method !== 'iam-role' || accountId === controlPlaneAccountId) return;
  throw new CredentialsRejected(
    `iam-role is the deployment's own role: it reaches its own account ${controlPlaneAccountId}, not ${accountId}.`,
    { field: 'accountId', remedy: 'Use assume-role or access-key for a service hypervisor in another account.' },
  );
};

/**
 * The same of a hypervisor that was added before: its role may have been opened to others since. (An access key asks for no
 * ExternalId, and whose it is the check of its permissions tells.) Errors: CredentialsRejected, TransientFailure.
 */
export const checkRoleAgain = async (
  credentials: CredentialCheck,
  { auth, accountId, region }: Pick<Hypervisor, 'auth' | 'accountId' | 'region'>,
  controlPlaneAccountId: string,
): Promise<void> => {
  if (auth.method === 'assume-role')
    await checkIdentity(credentials, { auth, accountId, region }, controlPlaneAccountId);
};

const elsewhere = (whose: string, accountId: string): CredentialsRejected =>
  new CredentialsRejected(`${whose}, not to ${accountId}.`, {
    field: 'accountId',
    remedy: 'Name the account that the credentials belong to, or give credentials of the account that you named.',
  });

/** Said before anything is tried: under this account's ExternalId, another account's role would only say that it is closed. */
const refuseRoleOfAnother = ({ auth, accountId }: Named): void => {
  if (auth.method !== 'assume-role') return;
  const account = auth.roleArn.split(':')[4];
  if (account !== accountId) throw elsewhere(`The role belongs to the account ${account}`, accountId);
};

/**
 * The credentials must work, and be those of the account that was named; that a role asks for its ExternalId is part of
 * `identify`. Errors: CredentialsRejected.
 */
export const checkIdentity = async (
  credentials: CredentialCheck,
  request: Named,
  controlPlaneAccountId: string,
): Promise<{ readonly arn: string }> => {
  refuseRoleElsewhere(request, controlPlaneAccountId);
  refuseRoleOfAnother(request);
  const { auth, accountId, region } = request;
  const who = await credentials.identify(auth, region).catch((error: unknown) => {
    if (!(error instanceof CredentialsRejected) || error.field !== undefined) throw error;
    throw new CredentialsRejected(error.message, {
      field: 'auth',
      remedy: error.remedy ?? 'Check the credentials, and for a role its trust policy and ExternalId.',
      cause: error,
    });
  });
  if (who.accountId === accountId) return who;
  throw elsewhere(`The credentials belong to the account ${who.accountId}`, accountId);
};
