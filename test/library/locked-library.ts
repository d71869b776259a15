import { randomBytes } from 'node:crypto';
import { S3Client } from '@aws-sdk/client-s3';
import { openHttpObjectStore } from '../../adapters/aws/http-object-store.ts';
import { createS3ObjectStore } from '../../adapters/aws/s3-object-store.ts';
import { s3ClientSettings } from '../../adapters/aws/s3-retry.ts';
import type { ObjectLock, VersionedStore } from '../../core/ports/object-store.ts';
import { isLockedKind } from '../../library/locked-objects.ts';
import { VirtualClock } from '../../local/kernel/clock.ts';
import { type LocalS3, startLocalS3 } from './local-s3.ts';

export const DAY = 86_400_000;
/** The first day of an epoch, so that what a test adds to it is easy to follow. */
export const START = Math.ceil(Date.now() / (30 * DAY)) * 30 * DAY;
export const onDay = (day: number): number => START + day * DAY;

export interface LockedPlace {
  readonly local: LocalS3;
  readonly clock: VirtualClock;
  readonly bucket: string;
  readonly store: VersionedStore;
  /** Calls that ask for a retention, and that change one. */
  readonly calls: { asked: number; changed: number };
  /** What is written from now on is locked so. */
  lock: ObjectLock | undefined;
  /** Every object that a lock is for, and until when it is kept: the versions that are no markers. */
  locks(): Promise<Map<string, number>>;
  close(): Promise<void>;
}

export type StoreKind = 'SDK' | 'own HTTP';

/** One tenant's place in a bucket with Object Lock, under a clock that the test drives. */
export const openLockedPlace = async (kind: StoreKind = 'own HTTP', objectLock = true): Promise<LockedPlace> => {
  const clock = new VirtualClock(START);
  const local = await startLocalS3(clock);
  const bucket = await local.bucket('library', objectLock ? 'with Object Lock' : false);
  const prefix = 'tenants/a';
  const calls = { asked: 0, changed: 0 };
  const place: { lock: ObjectLock | undefined } = { lock: undefined };
  const options = { bucket, prefix, lock: () => place.lock };
  const { credentials, endpoint, region } = local.place;
  const opened =
    kind === 'SDK'
      ? (() => {
          const client = new S3Client({
            endpoint,
            region,
            ...s3ClientSettings,
            credentials: async () => credentials(),
            forcePathStyle: true,
          });
          return { store: createS3ObjectStore({ client, ...options }), close: () => client.destroy() };
        })()
      : openHttpObjectStore({ ...local.place, ...options, connections: 4 });
  const store: VersionedStore = new Proxy(opened.store, {
    get(target, name) {
      if (name === 'lockedUntil') calls.asked++;
      if (name === 'keepUntil') calls.changed++;
      const value = target[name as keyof VersionedStore] as unknown;
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  return Object.assign(place, {
    local,
    clock,
    bucket,
    store,
    calls,
    async locks() {
      const found = new Map<string, number>();
      for await (const { key, versionId, isMarker } of opened.store.versions(''))
        if (!isMarker && isLockedKind(key)) found.set(key, (await opened.store.lockedUntil(key, versionId)) ?? 0);
      return found;
    },
    async close() {
      opened.close();
      await local.close();
    },
  });
};

export const random = (count: number): Uint8Array => randomBytes(count);
