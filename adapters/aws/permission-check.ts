import { EBSClient } from '@aws-sdk/client-ebs';
import { EC2Client } from '@aws-sdk/client-ec2';
import { IAMClient } from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import type { PermissionProbe } from '../../core/contracts/permissions.ts';
import { TenantAccessLost } from '../../core/domain/errors.ts';
import type { TenantHypervisor } from '../../core/domain/hypervisor.ts';
import type { PermissionAnswer, PermissionQuestion } from '../../core/domain/permissions.ts';
import { refuseRevoked } from '../../core/domain/revoked-access.ts';
import type { PermissionCheck } from '../../core/ports/permission-check.ts';
import { awsName, required } from './classify.ts';
import { type Credentials, clientSettings } from './clients.ts';
import { PROBED, type Probed, probeLive } from './permission-live-probe.ts';
import { simulate } from './permission-simulator.ts';
import { tryOut } from './permission-tries.ts';
import { readAccessKey } from './secrets-manager-secrets.ts';
import { stsClient } from './sts-sessions.ts';
import { callTenant } from './tenant-calls.ts';
import { createTenantSessions, type TenantSessionsOptions } from './tenant-sessions.ts';

/** SourceIdentity of a check, which belongs to no job. */
const CHECK = 'holdfast-check';

const NO_SESSION: PermissionProbe = {
  what: 'dry runs, EBS direct, KMS',
  outcome: 'refused',
  detail: 'No session can be opened to try anything with.',
};

/** All that a dry run tries, so that a mistake in one could do no more than that. */
const TRIED = [
  'CopySnapshot',
  'CreateSnapshots',
  'CreateTags',
  'CreateVolume',
  'DeleteSnapshot',
  'DescribeAvailabilityZones',
  'DescribeImages',
  'DescribeInstanceAttribute',
  'DescribeInstanceCreditSpecifications',
  'DescribeInstanceTypeOfferings',
  'DescribeInstanceTypes',
  'DescribeInstances',
  'DescribeKeyPairs',
  'DescribeSecurityGroupVpcAssociations',
  'DescribeSecurityGroups',
  'DescribeSnapshots',
  'DescribeSubnets',
  'DescribeVolumes',
  'DetachVolume',
  'GetInstanceUefiData',
  'ModifyInstanceAttribute',
  'RegisterImage',
  'RunInstances',
  'StartInstances',
  'StopInstances',
].map((action) => `ec2:${action}`);

export const createPermissionCheck = (options: TenantSessionsOptions): PermissionCheck => {
  const sessions = createTenantSessions(options);

  /** The principal, and who may ask about it; undefined for what the simulator knows no policies of. */
  const simulated = async (
    tenant: TenantHypervisor,
    questions: readonly PermissionQuestion[],
  ): Promise<readonly PermissionAnswer[] | undefined> => {
    const who = await principalOf(tenant);
    if (!who) return undefined;
    // Its answers are for an operator who waits, no state machine repeats them: the SDK may try once more.
    const client = new IAMClient(clientSettings('own', tenant.region, who.credentials, options.requestMs));
    return callTenant(tenant, 'iam:SimulatePrincipalPolicy', async () => {
      try {
        return await simulate(client, who.arn, questions);
      } catch (error) {
        if (/^AccessDenied/.test(awsName(error))) return undefined;
        throw error;
      }
    });
  };

  const principalOf = async (
    tenant: TenantHypervisor,
  ): Promise<{ readonly arn: string; readonly credentials: Credentials } | undefined> => {
    const { auth } = tenant;
    if (auth.method === 'assume-role') {
      const asking = { Effect: 'Allow', Action: 'iam:SimulatePrincipalPolicy', Resource: auth.roleArn } as const;
      return { arn: auth.roleArn, credentials: await sessions.open(tenant, CHECK, { Statement: [asking] }) };
    }
    if (auth.method !== 'access-key') return undefined;
    refuseRevoked(tenant);
    // The key itself: the sessions that it can make may ask nothing of IAM.
    const credentials = await readAccessKey(options.secrets, auth);
    const { Arn } = await callTenant(tenant, 'sts:GetCallerIdentity', () =>
      stsClient(tenant.region, credentials).send(new GetCallerIdentityCommand({})),
    );
    const arn = required(Arn, 'Arn', 'sts:GetCallerIdentity');
    // An account's root has no policies.
    return arn.includes(':user/') ? { arn, credentials } : undefined;
  };

  const tried = async (
    tenant: TenantHypervisor,
    questions: readonly PermissionQuestion[],
  ): Promise<readonly PermissionAnswer[]> => {
    const session = await sessions.open(tenant, CHECK, {
      Statement: [{ Effect: 'Allow', Action: TRIED, Resource: '*' }],
    });
    const ec2 = new EC2Client(clientSettings('own', tenant.region, session, options.requestMs));
    return tryOut(ec2, tenant.region, questions);
  };

  const probed = async (tenant: TenantHypervisor, questions: readonly PermissionQuestion[]): Promise<Probed> => {
    const { region } = tenant;
    const throughEbs = { 'kms:ViaService': [`ec2.${region}.amazonaws.com`, `ebs.${region}.amazonaws.com`] };
    const session = await sessions.open(tenant, CHECK, {
      Statement: [
        { Effect: 'Allow', Action: PROBED, Resource: '*' },
        { Effect: 'Allow', Action: 'kms:Decrypt', Resource: '*', Condition: { StringEquals: throughEbs } },
      ],
    });
    const settings = clientSettings('own', region, session, options.requestMs);
    return probeLive({ ec2: new EC2Client(settings), ebs: new EBSClient(settings) }, questions);
  };

  return {
    /** All three, whatever the first says: each knows refusals that the others do not. */
    async ask(tenant, questions) {
      const answers = await simulated(tenant, questions);
      try {
        const more = await tried(
          tenant,
          questions.filter(({ action }) => action.startsWith('ec2:')),
        );
        const live = await probed(tenant, questions);
        const found = [...(answers ?? []), ...more, ...live.answers];
        return { simulated: answers !== undefined, answers: found, probes: live.probes };
      } catch (error) {
        // A user who may make no sessions: the simulator has said so, and nothing can be tried.
        if (!answers || !(error instanceof TenantAccessLost)) throw error;
        return { simulated: true, answers, probes: [NO_SESSION] };
      }
    },
  };
};
