import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { STSClient } from '@aws-sdk/client-sts';
import type { SessionCredentials } from '../../core/contracts/orders.ts';
import type { TenantHypervisor } from '../../core/domain/hypervisor.ts';
import { refuseRevoked } from '../../core/domain/revoked-access.ts';
import { createHubSessions } from './hub-sessions.ts';
import { readAccessKey } from './secrets-manager-secrets.ts';
import type { Policy } from './session-policy.ts';
import { assumeRole, federate, stsClient } from './sts-sessions.ts';
import { callTenant } from './tenant-calls.ts';

export interface TenantSessionsOptions {
  /** With the control plane's own credentials, which may assume the hub role. */
  readonly sts: STSClient;
  readonly secrets: SecretsManagerClient;
  readonly hubRoleArn: string;
  /** Whose STS is asked: the control plane's. Its sessions work in every region. */
  readonly region: string;
  /** How long one call in a tenant's account may take, ms; see clients.ts if absent. */
  readonly requestMs?: number;
}

export interface TenantSessions {
  /** Errors: TenantAccessLost (also where the access was revoked, but for `closing` what was begun), TransientFailure. */
  open(tenant: TenantHypervisor, jobId: string, policy: Policy, closing?: 'closing'): Promise<SessionCredentials>;
}

/**
 * Sessions in tenant accounts, by the tenant's own way in: its role, assumed as the hub role with its ExternalId, or
 * its access key; narrowed to the policy either way.
 */
export const createTenantSessions = ({ sts, secrets, hubRoleArn, region }: TenantSessionsOptions): TenantSessions => {
  const hub = createHubSessions({ sts, hubRoleArn });
  return {
    async open(tenant, jobId, policy, closing) {
      if (!closing) refuseRevoked(tenant);
      const { auth, hypervisorId: tenantId } = tenant;
      switch (auth.method) {
        case 'assume-role': {
          const client = await hub.client(jobId, region);
          const { roleArn, externalId } = auth;
          return callTenant(tenant, 'sts:AssumeRole', () =>
            assumeRole(client, { roleArn, externalId, jobId, tenantId, policy }),
          );
        }
        case 'access-key': {
          const client = stsClient(region, await readAccessKey(secrets, auth));
          return callTenant(tenant, 'sts:GetFederationToken', () => federate(client, { jobId, policy }));
        }
        case 'iam-role':
          // A2; the API refuses it. Were a record changed by hand, our own role must still not stand in for a tenant's.
          throw new TypeError(`${tenantId} is a tenant and cannot use an IAM role of ours`);
      }
    },
  };
};
