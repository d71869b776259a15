import { GetCallerIdentityCommand, type STSClient } from '@aws-sdk/client-sts';
import { CredentialsRejected } from '../../core/domain/errors.ts';
import { tenantTrust } from '../../core/domain/tenant-role-template.ts';
import type { CredentialCheck, TenantAuthInput } from '../../core/ports/credential-check.ts';
import { freshExternalId } from '../system.ts';
import { awsMessage, awsName, isRefused, isTransient, required, transientFailure } from './classify.ts';
import { createHubSessions } from './hub-sessions.ts';
import { assumeRole, federate, stsClient } from './sts-sessions.ts';

/** SourceIdentity of a check, which belongs to no job. */
const CHECK = 'holdfast-check';

/** A role counts only if it can be assumed with its ExternalId, and neither without nor with another. */
export const createCredentialCheck = ({
  sts,
  hubRoleArn,
}: {
  /** With the control plane's own credentials. */
  sts: STSClient;
  hubRoleArn: string;
}): CredentialCheck => {
  const hub = createHubSessions({ sts, hubRoleArn });
  return {
    async checkSessions(key, region) {
      // It is not used: a session that may do nothing but say who it is.
      const policy = { Statement: [{ Effect: 'Allow', Action: 'sts:GetCallerIdentity', Resource: '*' }] } as const;
      await checked(() => federate(stsClient(region, key), { jobId: CHECK, policy }));
    },
    async identify(auth, region) {
      switch (auth.method) {
        case 'iam-role':
          return whoIs(sts);
        case 'access-key':
          return whoIs(stsClient(region, auth));
        case 'assume-role': {
          const client = await hub.client(CHECK, region);
          const session = await checked(() => assume(client, auth, auth.externalId));
          for (const wrong of wrongExternalIds(auth.externalId)) await mustFail(client, hubRoleArn, auth, wrong);
          return whoIs(stsClient(region, session));
        }
      }
    },
  };
};

type AssumeRole = Extract<TenantAuthInput, { method: 'assume-role' }>;

const assume = (client: STSClient, { roleArn }: AssumeRole, externalId: string | undefined) =>
  assumeRole(client, { roleArn, jobId: CHECK, ...(externalId === undefined ? {} : { externalId }) });

/** None, any, and such as a pattern would take that has the beginning or the end of the right one. */
const wrongExternalIds = (right: string): readonly (string | undefined)[] => {
  const other = (digit: string): string => (digit === '0' ? '1' : '0');
  return [
    undefined,
    freshExternalId(),
    `${right.slice(0, -1)}${other(right.slice(-1))}`,
    `${other(right.slice(0, 1))}${right.slice(1)}`,
  ];
};

const mustFail = async (
  client: STSClient,
  hubRoleArn: string,
  auth: AssumeRole,
  externalId: string | undefined,
): Promise<void> => {
  try {
    await assume(client, auth, externalId);
  } catch (error) {
    if (isRefused(error)) return;
    throw isTransient(error) ? transientFailure('sts:AssumeRole', error) : error;
  }
  throw new CredentialsRejected(
    `The role ${auth.roleArn} can be assumed ${externalId === undefined ? 'without an' : 'with another'} ExternalId.`,
    {
      field: 'auth.roleArn',
      remedy: `Anybody whom this deployment serves could be given that account. Let this be the role's whole trust policy: ${JSON.stringify(tenantTrust({ hubRoleArn, externalId: auth.externalId }))}`,
    },
  );
};

const whoIs = (client: STSClient) =>
  checked(async () => {
    const { Account, Arn } = await client.send(new GetCallerIdentityCommand({}));
    const action = 'sts:GetCallerIdentity';
    return { accountId: required(Account, 'Account', action), arn: required(Arn, 'Arn', action) };
  });

const checked = async <T>(run: () => Promise<T>): Promise<T> => {
  try {
    return await run();
  } catch (error) {
    if (isTransient(error)) throw transientFailure('sts', error);
    if (!isRefused(error)) throw error;
    throw new CredentialsRejected(`AWS refuses the credentials: ${awsName(error)} ${awsMessage(error)}`, {
      cause: error,
    });
  }
};
