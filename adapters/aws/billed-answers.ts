import type { KMSClient } from '@aws-sdk/client-kms';
import type { S3Client } from '@aws-sdk/client-s3';
import type { BilledCall, CountCall } from '../../core/contracts/billed-calls.ts';

/**
 * S3 bills what it answers with 2xx or 4xx, and not what it answers with 5xx, such as 503 Slow Down
 * (docs.aws.amazon.com/AmazonS3/latest/userguide/ErrorCodeBilling.html). Of the few 4xx that it does not bill either, most
 * of all ExpiredToken, an order sees hardly any: they are counted.
 */
export const isBilled = (status: number): boolean => status < 500;

/** Of S3, by method; `isBucket`: of the bucket itself, that is to say LIST. Deletes cost nothing. */
export const classOfS3 = (method: string, isBucket: boolean): BilledCall | undefined => {
  if (method === 'DELETE') return undefined;
  if (method === 'PUT' || method === 'POST' || isBucket) return 's3Puts';
  return 's3Gets';
};

const statusOf = (response: unknown): number | undefined =>
  (response as { readonly statusCode?: number } | undefined)?.statusCode;
const statusOfError = (error: unknown): number | undefined =>
  (error as { readonly $metadata?: { readonly httpStatusCode?: number } }).$metadata?.httpStatusCode;

/** Below the SDK's retries: each try that is answered is told of. */
const BELOW_RETRIES = { step: 'finalizeRequest', priority: 'low', name: 'countAnswers' } as const;

const countAnswers =
  (classOf: (request: unknown) => BilledCall | undefined, count: CountCall) =>
  <Asked extends { readonly request: unknown }, Answered extends { readonly response: unknown }>(
    next: (asked: Asked) => Promise<Answered>,
  ) =>
  async (asked: Asked): Promise<Answered> => {
    const call = classOf(asked.request);
    const tell = (status: number | undefined): void => {
      if (call && status !== undefined && isBilled(status)) count(call);
    };
    try {
      const answered = await next(asked);
      tell(statusOf(answered.response));
      return answered;
    } catch (error) {
      tell(statusOfError(error));
      throw error;
    }
  };

export const countKmsAnswers = (client: KMSClient, count: CountCall): void =>
  client.middlewareStack.add(
    countAnswers(() => 'kms', count),
    BELOW_RETRIES,
  );

export const countS3Answers = (client: S3Client, count: CountCall): void => {
  const classOf = (request: unknown): BilledCall | undefined => {
    const { method, query = {} } = request as { readonly method: string; readonly query?: object };
    return classOfS3(method, 'list-type' in query || 'versions' in query);
  };
  client.middlewareStack.add(countAnswers(classOf, count), BELOW_RETRIES);
};
