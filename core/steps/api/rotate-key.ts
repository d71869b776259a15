import type { HypervisorView } from '../../contracts/api.ts';
import type { HypervisorId } from '../../contracts/ids.ts';
import type { RotateKey } from '../../contracts/tenant-access.ts';
import { secretOfAccessKey } from '../../domain/access-key.ts';
import { CredentialsRejected, InvalidRequest } from '../../domain/errors.ts';
import { hypervisorView } from '../../domain/views.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Secrets } from '../../ports/control.ts';
import type { CredentialCheck } from '../../ports/credential-check.ts';
import { checkIdentity } from './check-identity.ts';
import { notFound } from './not-found.ts';

interface Deps {
  readonly catalog: Pick<Catalog, 'hypervisors'>;
  readonly credentials: CredentialCheck;
  readonly secrets: Secrets;
  readonly settings: { readonly controlPlaneAccountId: string };
}

/** A tenant's jobs use sessions of the key, never the key itself; a service hypervisor's is used as it is. */
const checkSessions = async (credentials: CredentialCheck, key: RotateKey, region: string): Promise<void> => {
  try {
    await credentials.checkSessions(key, region);
  } catch (error) {
    if (!(error instanceof CredentialsRejected)) throw error;
    throw new CredentialsRejected(`The key works, but no session can be made from it. ${error.message}`, {
      field: 'accessKeyId',
      remedy: 'Give its user the same permissions as before: holdfast permissions print --for tenant-user',
      cause: error,
    });
  }
};

/**
 * The new key is tried first; where it does not do, nothing has changed. Then it replaces the old one in a single write, of
 * the secret: whoever opens a session has the one or the other, and sessions that there are live on, so that jobs go on. The
 * old key stays the secret's previous version, and the account's owner deletes it. Asked again with the same key, it does
 * what may have been missed. Errors: NotFound, InvalidRequest (it comes in another way), CredentialsRejected (it does not
 * work, is another account's, or makes no sessions), TransientFailure.
 */
export const createRotateKey =
  ({ catalog, credentials, secrets, settings }: Deps) =>
  async (hypervisorId: HypervisorId, key: RotateKey): Promise<HypervisorView> => {
    const hypervisor = await catalog.hypervisors.get(hypervisorId);
    if (!hypervisor) throw notFound('hypervisor', 'hypervisorId');
    const { auth, accountId, region, kind } = hypervisor;
    if (auth.method !== 'access-key')
      throw new InvalidRequest(`${hypervisorId} signs in with ${auth.method}: it has no access key.`, {
        field: 'hypervisorId',
        remedy: 'Nothing has to be rotated: sessions of a role last an hour.',
      });
    const { arn } = await checkIdentity(
      credentials,
      { auth: { method: 'access-key', ...key }, accountId, region },
      settings.controlPlaneAccountId,
    );
    if (kind === 'tenant') await checkSessions(credentials, key, region);
    await secrets.replace(auth.secretArn, secretOfAccessKey(key));
    // What is shown; sessions take both halves from the secret.
    if (!(await catalog.hypervisors.setAccessKeyId(hypervisorId, key.accessKeyId, arn)))
      throw notFound('hypervisor', 'hypervisorId');
    return hypervisorView({ ...hypervisor, auth: { ...auth, accessKeyId: key.accessKeyId } });
  };
