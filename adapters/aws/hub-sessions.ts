import { createHash } from 'node:crypto';
import {
  AssumeRoleCommand,
  type AssumeRoleCommandInput,
  GetFederationTokenCommand,
  STSClient,
  type Credentials as StsCredentials,
} from '@aws-sdk/client-sts';
import type { SessionCredentials } from '../../core/contracts/orders.ts';
import { callOwn, required } from './classify.ts';
import { type Credentials, clientSettings } from './clients.ts';
import type { Policy } from './session-policy.ts';
import { policyText } from './session-policy.ts';

/** The most that role chaining allows. */
export const SESSION_SECONDS = 3_600;
/** A hub session is used again only while it lives well longer than any step does (a Lambda ends after 15 minutes). */
const HUB_MARGIN_MS = 20 * 60_000;

export interface RoleSession {
  readonly roleArn: string;
  readonly externalId?: string;
  /** SourceIdentity and session name: whoever reads the tenant's CloudTrail finds the job. */
  readonly jobId: string;
  /** Becomes the session tag `holdfast:tenant`. */
  readonly tenantId?: string;
  readonly policy?: Policy;
}

export const assumeRole = async (client: STSClient, session: RoleSession): Promise<SessionCredentials> => {
  const input: AssumeRoleCommandInput = {
    RoleArn: session.roleArn,
    RoleSessionName: session.jobId,
    SourceIdentity: session.jobId,
    DurationSeconds: SESSION_SECONDS,
    ...(session.externalId === undefined ? {} : { ExternalId: session.externalId }),
    ...(session.policy ? { Policy: policyText(session.policy) } : {}),
    ...(session.tenantId === undefined ? {} : { Tags: [{ Key: 'holdfast:tenant', Value: session.tenantId }] }),
  };
  const { Credentials } = await client.send(new AssumeRoleCommand(input));
  return sessionCredentials(Credentials, 'sts:AssumeRole');
};

/** A session of an IAM user's access key: what the user may do and the policy allows. It has no SourceIdentity. */
export const federate = async (
  client: STSClient,
  { jobId, tenantId, policy }: Required<Pick<RoleSession, 'jobId' | 'tenantId' | 'policy'>>,
): Promise<SessionCredentials> => {
  const { Credentials } = await client.send(
    new GetFederationTokenCommand({
      Name: federatedName(jobId),
      DurationSeconds: SESSION_SECONDS,
      Policy: policyText(policy),
      Tags: [{ Key: 'holdfast:tenant', Value: tenantId }],
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

export interface HubSessions {
  /** An STS client that acts as the hub role, with this SourceIdentity (which a chained session cannot change). */
  client(sourceIdentity: string, region: string): Promise<STSClient>;
}

/**
 * `sts` has the control plane's own credentials. One session of the hub role for each SourceIdentity, kept while it
 * lives: a warm Lambda serves many calls of one job. `now` in ms since 1970.
 */
export const createHubSessions = ({
  sts,
  hubRoleArn,
  now,
}: {
  sts: STSClient;
  hubRoleArn: string;
  now: () => number;
}): HubSessions => {
  const sessions = new Map<string, Promise<SessionCredentials>>();

  const session = async (sourceIdentity: string): Promise<SessionCredentials> => {
    const known = await sessions.get(sourceIdentity);
    if (known && known.expiresAt - now() > HUB_MARGIN_MS) return known;
    const fresh = callOwn('sts:AssumeRole of the hub role', () =>
      assumeRole(sts, { roleArn: hubRoleArn, jobId: sourceIdentity }),
    );
    sessions.set(sourceIdentity, fresh);
    fresh.catch(() => sessions.delete(sourceIdentity));
    for (const [identity, pending] of sessions) {
      if (sessions.size <= KEPT) break;
      if (pending !== fresh) sessions.delete(identity);
    }
    return fresh;
  };

  return {
    client: async (sourceIdentity, region) => stsClient(region, await session(sourceIdentity)),
  };
};

const KEPT = 200;

/** STS has no clients worth keeping: one for a call or two. */
export const stsClient = (region: string, { accessKeyId, secretAccessKey, ...rest }: Credentials): STSClient =>
  new STSClient(
    clientSettings('tenant', region, {
      accessKeyId,
      secretAccessKey,
      ...(rest.sessionToken === undefined ? {} : { sessionToken: rest.sessionToken }),
    }),
  );
