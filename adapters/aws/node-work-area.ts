import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { CountCall } from '../../core/contracts/billed-calls.ts';
import type { SessionCredentials } from '../../core/contracts/orders.ts';
import { TransientFailure } from '../../core/domain/errors.ts';
import type { OrderWorkArea } from '../../core/ports/node-control.ts';
import { countS3Answers } from './billed-answers.ts';
import { liveCredentials } from './live-credentials.ts';

export interface S3WorkAreaOptions {
  /** The control plane's. */
  readonly region: string;
  readonly bucket: string;
  readonly credentials: () => SessionCredentials;
  /** Buckets as a part of the path: a local endpoint has no names of hosts for them. */
  readonly pathStyle: boolean;
  readonly count?: CountCall;
}

/** The SDK's own retries are the one layer here: the objects are small, and each call may simply be made again. */
const ATTEMPTS = 6;

export const createS3WorkArea = ({
  region,
  bucket,
  credentials,
  pathStyle,
  count,
}: S3WorkAreaOptions): OrderWorkArea => {
  const client = new S3Client({
    region,
    credentials: liveCredentials(credentials),
    forcePathStyle: pathStyle,
    maxAttempts: ATTEMPTS,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: new NodeHttpHandler({
      connectionTimeout: 5_000,
      requestTimeout: 30_000,
      throwOnRequestTimeout: true,
      // `requestTimeout` ends with the headers: this ends an answer whose body stalls.
      socketTimeout: 30_000,
    }),
  });
  if (count) countS3Answers(client, count);
  const call = async <T>(what: string, key: string, send: () => Promise<T>): Promise<T> => {
    try {
      return await send();
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      throw new TransientFailure(`work area: ${what} ${key}: ${error.name}: ${error.message}`, { cause: error });
    }
  };
  const get = (key: string, range?: string) =>
    call('GetObject', key, async () => {
      try {
        const answer = await client.send(
          new GetObjectCommand({ Bucket: bucket, Key: key, ...(range === undefined ? {} : { Range: range }) }),
        );
        const bytes = (await answer.Body?.transformToByteArray()) ?? new Uint8Array();
        const size = Number(answer.ContentRange?.split('/')[1] ?? bytes.length);
        return { bytes, size };
      } catch (error) {
        if (error instanceof Error && error.name === 'NoSuchKey') return undefined;
        // A range of an empty object cannot be satisfied.
        if (error instanceof Error && error.name === 'InvalidRange') return { bytes: new Uint8Array(), size: 0 };
        throw error;
      }
    });
  const put = (key: string, body: Uint8Array, type: string) =>
    call('PutObject', key, async () => {
      await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, ContentType: type }));
    });

  return {
    async getJson(key) {
      const object = await get(key);
      if (!object) return undefined;
      return call('parse', key, async () => JSON.parse(Buffer.from(object.bytes).toString()) as unknown);
    },
    putJson: (key, value) => put(key, Buffer.from(JSON.stringify(value)), 'application/json'),
    putBytes: (key, bytes) => put(key, bytes, 'application/octet-stream'),
    getRange: (key, start, length) => get(key, `bytes=${start}-${start + length - 1}`),
    close: () => client.destroy(),
  };
};
