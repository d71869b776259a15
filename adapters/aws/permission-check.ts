import { EC2Client } from '@aws-sdk/client-ec2';
import { IAMClient } from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import type { TenantHypervisor } from '../../core/domain/hypervisor.ts';
import type { PermissionAnswer, PermissionQuestion } from '../../core/domain/permissions.ts';
import type { PermissionCheck } from '../../core/ports/permission-check.ts';
import { awsName, required } from './classify.ts';
import { type Credentials, clientSettings } from './clients.ts';
import { simulate } from './permission-simulator.ts';
import { tryOut } from './permission-tries.ts';
import { readSecret } from './secrets-manager-secrets.ts';
import { stsClient } from './sts-sessions.ts';
import { callTenant } from './tenant-calls.ts';
import { createTenantSessions, type TenantSessionsOptions } from './tenant-sessions.ts';

/** SourceIdentity of a check, which belongs to no job. */
const CHECK = 'holdfast-check';

/** All that a dry run tries, so that a mistake in one could do no more than that. */
const TRIED = [
  'CopySnapshot',
  'CreateSnapshots',
  'CreateTags',
  'CreateVolume',
  'DeleteSnapshot',
  'DescribeImages',
  'DescribeInstanceAttribute',
  'DescribeInstanceCreditSpecifications',
  'DescribeInstanceTypes',
  'DescribeInstances',
  'DescribeSnapshots',
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
    // The key itself: the sessions that it can make may ask nothing of IAM.
    const credentials = {
      accessKeyId: auth.accessKeyId,
      secretAccessKey: await readSecret(options.secrets, auth.secretArn),
    };
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

  return {
    async ask(tenant, questions) {
      const answers = await simulated(tenant, questions);
      const open = answers ? unanswered(questions, answers) : questions;
      const left = open.filter(({ action }) => action.startsWith('ec2:'));
      const more = left.length > 0 ? await tried(tenant, left) : [];
      return { simulated: answers !== undefined, answers: [...(answers ?? []), ...more] };
    },
  };
};

const unanswered = (questions: readonly PermissionQuestion[], answers: readonly PermissionAnswer[]) => {
  const known = new Set(answers.map(({ question }) => question));
  return questions.filter((question) => !known.has(question));
};
