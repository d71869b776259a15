import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { EC2Client } from '@aws-sdk/client-ec2';
import { IAMClient } from '@aws-sdk/client-iam';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { STSClient } from '@aws-sdk/client-sts';
import type { ServiceAccount, ServiceAccounts, ServiceReach } from '../../core/ports/service-account.ts';
import { createAutoScalingGroups } from './auto-scaling-groups.ts';
import { type Credentials, clientSettings } from './clients.ts';
import { createHubSessions } from './hub-sessions.ts';
import { createInstanceProfileCheck } from './iam-instance-profiles.ts';
import { createLaunchTemplates } from './launch-templates.ts';
import { readSecret } from './secrets-manager-secrets.ts';
import { callService } from './service-account-calls.ts';
import { assumeRole } from './sts-sessions.ts';

export interface ServiceAccountsOptions {
  /** With the control plane's own credentials, which may assume the hub role. */
  readonly sts: STSClient;
  readonly secrets: SecretsManagerClient;
  readonly hubRoleArn: string;
  /** Of the control plane. */
  readonly region: string;
  readonly stage: string;
}

/** An account that was opened by a role is open for an hour: one for a request, not to be kept. */
export const createServiceAccounts = (options: ServiceAccountsOptions): ServiceAccounts => {
  const { sts, secrets, hubRoleArn, region, stage } = options;
  const hub = createHubSessions({ sts, hubRoleArn });

  /** Absent: the function's own role. */
  const credentialsFor = async (hypervisor: ServiceReach): Promise<Credentials | undefined> => {
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
        return { accessKeyId: auth.accessKeyId, secretAccessKey: await readSecret(secrets, auth.secretArn) };
    }
  };

  return {
    async open(hypervisor): Promise<ServiceAccount> {
      // `own`, also in another account: no state machine above these calls would repeat them.
      const settings = clientSettings('own', hypervisor.region, await credentialsFor(hypervisor));
      const call = callService(hypervisor);
      const templates = createLaunchTemplates({ client: new EC2Client(settings), call });
      return {
        ...createAutoScalingGroups({
          client: new AutoScalingClient(settings),
          templates,
          call,
          hypervisorId: hypervisor.hypervisorId,
          stage,
        }),
        hasInstanceProfile: createInstanceProfileCheck({ client: new IAMClient(settings), call }),
      };
    },
  };
};
