import { fromTemporaryCredentials } from '@aws-sdk/credential-providers';
import type { Credentials } from '../cli/signed-request.ts';
import { APPROVER } from './example-accounts.ts';
import type { LocalHoldfast } from './local-holdfast.ts';

const RENEWED_BEFORE_MS = 300_000;

/** The example approver's session of the approvers' role, under their own name; assumed anew before it ends. */
export const approverCredentials = ({
  accounts,
  cloud,
  place,
}: Pick<LocalHoldfast, 'accounts' | 'cloud' | 'place'>): (() => Promise<Credentials>) => {
  const assume = fromTemporaryCredentials({
    masterCredentials: accounts.approver,
    params: {
      RoleArn: `arn:aws:iam::${place.accountId}:role/holdfast-${place.stage}-approver`,
      RoleSessionName: APPROVER,
    },
    clientConfig: { region: place.region, endpoint: cloud.endpoint },
  });
  let session: Awaited<ReturnType<typeof assume>> | undefined;
  return async () => {
    const left = (session?.expiration?.getTime() ?? 0) - Date.now();
    if (!session || left < RENEWED_BEFORE_MS) session = await assume();
    return session;
  };
};
