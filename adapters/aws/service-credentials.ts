import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { STSClient } from '@aws-sdk/client-sts';
import type { ServiceReach } from '../../core/ports/service-account.ts';
import type { Credentials } from './clients.ts';
import { createHubSessions } from './hub-sessions.ts';
import { readAccessKey } from './secrets-manager-secrets.ts';
import { callService } from './service-account-calls.ts';
import { assumeRole } from './sts-sessions.ts';

export interface ServiceCredentialsOptions {
  /** With the control plane's own credentials, which may assume the hub role. */
  readonly sts: STSClient;
  readonly secrets: SecretsManagerClient;
  readonly hubRoleArn: string;
  /** Of the control plane. */
  readonly region: string;
}

/**
 * Who the control plane is in a service hypervisor's account, by any of the three ways in (A1). Undefined: the function's
 * own role. Errors: CredentialsRejected, TransientFailure.
 */
export const createServiceCredentials = ({ sts, secrets, hubRoleArn, region }: ServiceCredentialsOptions) => {
  const hub = createHubSessions({ sts, hubRoleArn });

  return async (hypervisor: ServiceReach): Promise<Credentials | undefined> => {
    const { auth, hypervisorId } = hypervisor;
    switch (auth.method) {
      case 'iam-role':
        return undefined;
      case 'assume-role': {
        const { roleArn, externalId } = auth;
        const client = await hub.client(hypervisorId, region);
        return callService(hypervisor)('sts:AssumeRole', () =>
          assumeRole(client, { roleArn, externalId, jobId: hypervisorId }),
        );
      }
      case 'access-key':
        // The key as it is: what it may do here is all that a session of it could be narrowed to.
        return readAccessKey(secrets, auth);
    }
  };
};
