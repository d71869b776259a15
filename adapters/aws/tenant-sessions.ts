import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { SessionCredentials } from '../../core/contracts/orders.ts';
import type { TenantHypervisor } from '../../core/domain/hypervisor.ts';
import { assumeRole, federate, type HubSessions, stsClient } from './hub-sessions.ts';
import { readSecret } from './secrets-manager-secrets.ts';
import type { Policy } from './session-policy.ts';
import { callTenant } from './tenant-calls.ts';

export interface TenantSessions {
  /** Errors: TenantAccessLost, TransientFailure. */
  open(tenant: TenantHypervisor, jobId: string, policy: Policy): Promise<SessionCredentials>;
}

/**
 * Sessions in tenant accounts, by the tenant's own way in: its role, assumed as the hub role with its ExternalId, or
 * its access key, narrowed to the policy either way.
 */
export const createTenantSessions = ({
  hub,
  secrets,
}: {
  hub: HubSessions;
  secrets: SecretsManagerClient;
}): TenantSessions => ({
  async open(tenant, jobId, policy) {
    const { auth, hypervisorId: tenantId, region } = tenant;
    switch (auth.method) {
      case 'assume-role': {
        const client = await hub.client(jobId, region);
        const { roleArn, externalId } = auth;
        return callTenant(tenant, 'sts:AssumeRole', () =>
          assumeRole(client, { roleArn, externalId, jobId, tenantId, policy }),
        );
      }
      case 'access-key': {
        const { accessKeyId, secretArn } = auth;
        const client = stsClient(region, { accessKeyId, secretAccessKey: await readSecret(secrets, secretArn) });
        return callTenant(tenant, 'sts:GetFederationToken', () => federate(client, { jobId, tenantId, policy }));
      }
      case 'iam-role':
        // A2; the API refuses it. Were a record changed by hand, our own role must still not stand in for a tenant's.
        throw new TypeError(`${tenantId} is a tenant and cannot use an IAM role of ours`);
    }
  },
});
