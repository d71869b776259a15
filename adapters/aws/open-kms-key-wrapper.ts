import { KMSClient } from '@aws-sdk/client-kms';
import type { CountCall } from '../../core/contracts/billed-calls.ts';
import type { SessionCredentials } from '../../core/contracts/orders.ts';
import type { KeyWrapper } from '../../library/key-wrapper.ts';
import { countKmsAnswers } from './billed-answers.ts';
import { createKmsKeyWrapper } from './kms-key-wrapper.ts';
import { liveCredentials } from './live-credentials.ts';

/** Wraps with a KMS key in the region that its ARN names. The SDK's retries are the one layer here. */
export const openKmsKeyWrapper = (
  keyArn: string,
  credentials: () => SessionCredentials,
  count: CountCall,
): KeyWrapper => {
  const region = keyArn.split(':')[3] ?? '';
  const client = new KMSClient({ region, credentials: liveCredentials(credentials), maxAttempts: 4 });
  countKmsAnswers(client, count);
  return createKmsKeyWrapper({ client, keyId: keyArn });
};
