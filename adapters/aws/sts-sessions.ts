import { createHash } from 'node:crypto';
import {
  AssumeRoleCommand,
  GetFederationTokenCommand,
  STSClient,
  type Credentials as StsCredentials,
} from '@aws-sdk/client-sts';
import type { SessionCredentials } from '../../core/contracts/orders.ts';
import { required } from './classify.ts';
import { type Credentials, clientSettings } from './clients.ts';
import { type Policy, policyText } from './session-policy.ts';

/** The most that role chaining allows. */
const SESSION_SECONDS = 3_600;

export interface RoleSession {
  readonly roleArn: string;
  readonly externalId?: string;
  /** SourceIdentity and session name: whoever reads the account's CloudTrail finds the job. */
  readonly jobId: string;
  /** Becomes the session tag `holdfast:tenant`. */
  readonly tenantId?: string;
  readonly policy?: Policy;
}

/** Errors: the SDK's. */
export const assumeRole = async (client: STSClient, session: RoleSession): Promise<SessionCredentials> => {
  const { Credentials } = await client.send(
    new AssumeRoleCommand({
      RoleArn: session.roleArn,
      RoleSessionName: session.jobId,
      SourceIdentity: session.jobId,
      DurationSeconds: SESSION_SECONDS,
      ...(session.externalId === undefined ? {} : { ExternalId: session.externalId }),
      ...(session.policy ? { Policy: policyText(session.policy) } : {}),
      ...(session.tenantId === undefined ? {} : { Tags: [{ Key: 'holdfast:tenant', Value: session.tenantId }] }),
    }),
  );
  return sessionCredentials(Credentials, 'sts:AssumeRole');
};

/**
 * A session of an IAM user's access key: what the user may do and the policy allows. Such a session has no
 * SourceIdentity, and no tags either: they would cost the tenant one more permission. Errors: the SDK's.
 */
export const federate = async (
  client: STSClient,
  { jobId, policy }: { jobId: string; policy: Policy },
): Promise<SessionCredentials> => {
  const { Credentials } = await client.send(
    new GetFederationTokenCommand({
      Name: federatedName(jobId),
      DurationSeconds: SESSION_SECONDS,
      Policy: policyText(policy),
    }),
  );
  return sessionCredentials(Credentials, 'sts:GetFederationToken');
};

/** At most 32 characters, where a job id has 40: its UUID without dashes has just these. */
const federatedName = (jobId: string): string => {
  const bare = jobId.replace(/^job-/, '').replaceAll('-', '');
  return bare.length >= 2 && bare.length <= 32 ? bare : createHash('sha256').update(jobId).digest('hex').slice(0, 32);
};

const sessionCredentials = (credentials: StsCredentials | undefined, action: string): SessionCredentials => {
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = required(credentials, 'Credentials', action);
  return {
    accessKeyId: required(AccessKeyId, 'AccessKeyId', action),
    secretAccessKey: required(SecretAccessKey, 'SecretAccessKey', action),
    sessionToken: required(SessionToken, 'SessionToken', action),
    expiresAt: required(Expiration, 'Expiration', action).getTime(),
  };
};

/** A client for a call or two. */
export const stsClient = (region: string, { accessKeyId, secretAccessKey, sessionToken }: Credentials): STSClient =>
  new STSClient(
    clientSettings('tenant', region, {
      accessKeyId,
      secretAccessKey,
      ...(sessionToken === undefined ? {} : { sessionToken }),
    }),
  );
