import assert from 'node:assert/strict';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { APPROVER } from '../../example-accounts.ts';
import { createPerson, type Person } from '../person.ts';
import type { Run } from '../run.ts';

/** Who approves what waits for a second person: in the approvers' role, under a name of their own. */
export const approverOf = async ({ world, cloud: { endpoint } }: Run): Promise<Person> => {
  const { accountId, region, stage } = world.place;
  const sts = new STSClient({ endpoint, region, credentials: world.accounts.approver });
  const RoleArn = `arn:aws:iam::${accountId}:role/holdfast-${stage}-approver`;
  const { Credentials: session } = await sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: APPROVER }));
  assert.ok(session?.AccessKeyId && session.SecretAccessKey && session.SessionToken);
  const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, SessionToken: sessionToken } = session;
  return createPerson(
    APPROVER,
    { accessKeyId, secretAccessKey, sessionToken },
    { apiUrl: world.apiUrl, endpoint, region },
  );
};
