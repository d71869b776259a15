import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { EC2Client } from '@aws-sdk/client-ec2';
import { IAMClient } from '@aws-sdk/client-iam';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { STSClient } from '@aws-sdk/client-sts';
import type { ServiceAccount, ServiceAccounts } from '../../core/ports/service-account.ts';
import { createAutoScalingGroups } from './auto-scaling-groups.ts';
import { clientSettings } from './clients.ts';
import { createInstanceProfileCheck } from './iam-instance-profiles.ts';
import { createLaunchTemplates } from './launch-templates.ts';
import { callService } from './service-account-calls.ts';
import { createServiceCredentials } from './service-credentials.ts';

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
  const credentialsFor = createServiceCredentials({ sts, secrets, hubRoleArn, region });

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
