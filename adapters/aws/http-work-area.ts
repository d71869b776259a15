import { TransientFailure } from '../../core/domain/errors.ts';
import type { OrderWorkArea } from '../../core/ports/node-control.ts';
import { createHttpS3Calls, type HttpS3Options } from './http-s3-calls.ts';
import { nameOf, s3CallWithRetry, s3RetryDefaults } from './s3-retry.ts';

/** The objects are small. */
const RETRY = { ...s3RetryDefaults, attempts: 6, timeoutMs: 30_000 };

/** The work area (node-work-area.ts) without the SDK. */
export const openHttpWorkArea = (options: HttpS3Options): OrderWorkArea => {
  const calls = createHttpS3Calls(options);
  const retrying = async <T>(what: string, key: string, call: (signal: AbortSignal) => Promise<T>): Promise<T> => {
    try {
      return await s3CallWithRetry(RETRY, `work area: ${what} ${key}`, call);
    } catch (error) {
      if (!(error instanceof Error) || error instanceof TransientFailure) throw error;
      throw new TransientFailure(`work area: ${what} ${key}: ${error.name}: ${error.message}`, { cause: error });
    }
  };
  const get = (key: string, range?: string) =>
    retrying('GetObject', key, async (signal) => {
      try {
        const answer = await calls.call({ method: 'GET', key, ...(range ? { headers: { range } } : {}) }, signal);
        const size = Number(answer.headers['content-range']?.split('/')[1] ?? answer.body.length);
        return { bytes: answer.body, size };
      } catch (error) {
        if (nameOf(error) === 'NoSuchKey') return undefined;
        // A range of an empty object cannot be satisfied.
        if (nameOf(error) === 'InvalidRange') return { bytes: new Uint8Array(), size: 0 };
        throw error;
      }
    });
  const put = (key: string, body: Uint8Array, type: string) =>
    retrying('PutObject', key, async (signal) => {
      await calls.call({ method: 'PUT', key, headers: { 'content-type': type }, body }, signal);
    });

  return {
    async getJson(key) {
      const object = await get(key);
      try {
        return object && (JSON.parse(Buffer.from(object.bytes).toString()) as unknown);
      } catch (error) {
        throw new TransientFailure(`work area: ${key} is no JSON`, { cause: error });
      }
    },
    putJson: (key, value) => put(key, Buffer.from(JSON.stringify(value)), 'application/json'),
    putBytes: (key, bytes) => put(key, bytes, 'application/octet-stream'),
    getRange: (key, start, length) => get(key, `bytes=${start}-${start + length - 1}`),
    close: () => calls.close(),
  };
};
