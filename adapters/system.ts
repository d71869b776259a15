import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { TransientFailure } from '../core/domain/errors.ts';
import type { Clock, Ids } from '../core/ports/clock.ts';
import type { Sha256 } from '../core/ports/control.ts';
import type { FreshExternalId } from '../core/ports/invitations.ts';

export const systemClock: Clock = { now: () => Date.now() };

/** UUIDv7 (RFC 9562): 48 bits of time, then 74 random ones, so that ids sort by the millisecond they were made in. */
export const uuidv7Ids: Ids = {
  uuid() {
    const bytes = randomBytes(16);
    bytes.writeUIntBE(Date.now(), 0, 6);
    bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x70, 6);
    bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
    return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  },
};

export const freshExternalId: FreshExternalId = () => randomBytes(16).toString('hex');

export const sha256: Sha256 = (text) => createHash('sha256').update(text).digest('hex');

/** Fails with TransientFailure after so many ms; the work itself goes on. */
export const within =
  (ms: number) =>
  async <T>(work: Promise<T>): Promise<T> => {
    const over = new AbortController();
    const late = sleep(ms, undefined, { signal: over.signal }).then(() => {
      throw new TransientFailure(`no answer within ${ms} ms`);
    });
    try {
      return await Promise.race([work, late]);
    } finally {
      over.abort();
      // given up, it has nobody to tell
      late.catch(() => undefined);
    }
  };

/** Up to 20 ms before the first further try, twice as much before each next one, 500 ms at most; full jitter. */
export const jitterMs = (tries: number, random: () => number = Math.random): number =>
  random() * Math.min(500, 10 * 2 ** tries);

export const pauseWithJitter = async (tries: number): Promise<void> => {
  await sleep(jitterMs(tries));
};
