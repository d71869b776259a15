import type { STSClient } from '@aws-sdk/client-sts';
import type { SessionCredentials } from '../../core/contracts/orders.ts';
import { systemClock } from '../system.ts';
import { callOwn } from './classify.ts';
import { assumeRole, stsClient } from './sts-sessions.ts';

/** A hub session is used again only while it lives well longer than any step does (a Lambda ends after 15 minutes). */
const MARGIN_MS = 20 * 60_000;
const KEPT = 200;

export interface HubSessions {
  /** An STS client that acts as the hub role, with this SourceIdentity (which a chained session cannot change). */
  client(sourceIdentity: string, region: string): Promise<STSClient>;
}

/**
 * The role that tenants trust. `sts` has the control plane's own credentials. One session for each SourceIdentity, kept
 * while it lives: a warm Lambda serves many calls of one job.
 */
export const createHubSessions = ({ sts, hubRoleArn }: { sts: STSClient; hubRoleArn: string }): HubSessions => {
  const sessions = new Map<string, SessionCredentials>();

  const session = async (sourceIdentity: string): Promise<SessionCredentials> => {
    const known = sessions.get(sourceIdentity);
    if (known && known.expiresAt - systemClock.now() > MARGIN_MS) return known;
    const fresh = await callOwn('sts:AssumeRole of the hub role', () =>
      assumeRole(sts, { roleArn: hubRoleArn, jobId: sourceIdentity }),
    );
    if (sessions.size >= KEPT) sessions.clear();
    sessions.set(sourceIdentity, fresh);
    return fresh;
  };

  return { client: async (sourceIdentity, region) => stsClient(region, await session(sourceIdentity)) };
};
