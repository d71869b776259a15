/** Objects of libraries: one promise, kept by two programs, the SDK's client and the access node's own. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { CreateBucketCommand, PutBucketVersioningCommand, S3Client } from '@aws-sdk/client-s3';
import { clientSettings } from '../../adapters/aws/clients.ts';
import { openHttpObjectStore } from '../../adapters/aws/http-object-store.ts';
import { createS3ObjectStore } from '../../adapters/aws/s3-object-store.ts';
import { s3ClientSettings } from '../../adapters/aws/s3-retry.ts';
import type { ObjectLock, VersionedStore } from '../../core/ports/object-store.ts';
import { objectStoreSuite } from '../library/object-store-suite.ts';
import { freshName, REGION, type TheCloud } from './cloud.ts';

interface Opened {
  readonly store: VersionedStore;
  close(): void;
}
interface Place {
  readonly bucket: string;
  readonly prefix: string;
  readonly lock?: () => ObjectLock | undefined;
}
/** What never passes is soon given up. */
const retry = { firstDelayMs: 5, longestDelayMs: 50, attempts: 4 };

type Open = (cloud: TheCloud, place: Place) => Opened;

const KINDS: Readonly<Record<string, Open>> = {
  'the SDK': (cloud, place) => {
    const client = new S3Client({
      ...{ endpoint: cloud().endpoint, region: REGION, credentials: cloud().root(), forcePathStyle: true },
      ...s3ClientSettings,
    });
    return { store: createS3ObjectStore({ client, ...place, retry }), close: () => client.destroy() };
  },
  'own HTTP': (cloud, place) =>
    openHttpObjectStore({
      ...{ endpoint: cloud().endpoint, region: REGION, credentials: () => cloud().root(), connections: 4 },
      ...{ ...place, retry },
    }),
};

export const storesContract = (cloud: TheCloud): void => {
  for (const [kind, open] of Object.entries(KINDS)) {
    for (const versioned of [false, true])
      objectStoreSuite(`${versioned ? 'versions in ' : ''}S3 by ${kind}`, async () => {
        const bucket = await newBucket(cloud, versioned ? 'Enabled' : undefined);
        const [one, other, otherTenant] = ['tenants/a/', 'tenants/a', 'tenants/ab'].map((prefix) =>
          open(cloud, { bucket, prefix }),
        ) as [Opened, Opened, Opened];
        return {
          ...{ one: one.store, other: other.store, otherTenant: otherTenant.store },
          close: async () => {
            for (const each of [one, other, otherTenant]) each.close();
          },
        };
      });
    describe(`versions and locks in S3 by ${kind}`, () => versionsAndLocks(cloud, open));
  }
};

const newBucket = async (cloud: TheCloud, versioning?: 'Enabled' | 'Suspended'): Promise<string> => {
  const s3 = new S3Client(clientSettings('own', REGION, cloud().root()));
  const Bucket = freshName('contract');
  await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: REGION } }));
  if (versioning)
    await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: versioning } }));
  return Bucket;
};

const text = (bytes: Uint8Array | undefined): string | undefined => bytes && Buffer.from(bytes).toString();

const versionsAndLocks = (cloud: TheCloud, open: Open): void => {
  const opened: Opened[] = [];
  const openIn = (place: Place): VersionedStore => {
    const made = open(cloud, place);
    opened.push(made);
    return made.store;
  };
  let versioned: VersionedStore;
  before(async () => {
    versioned = openIn({ bucket: await newBucket(cloud, 'Enabled'), prefix: 'a' });
  });
  after(() => {
    for (const each of opened) each.close();
  });

  it('a version that a delete hid is read by its id, whole and in part', async () => {
    const { versionId } = await versioned.putNew('packs/aa/v', Buffer.from('kept'));
    assert.ok(versionId);
    await versioned.delete('packs/aa/v');
    assert.equal(await versioned.get('packs/aa/v'), undefined);
    assert.equal(text((await versioned.get('packs/aa/v', versionId))?.bytes), 'kept');
    assert.equal(text(await versioned.getRange('packs/aa/v', 1, 2, versionId)), 'ep');
    await versioned.delete('packs/aa/v', versionId);
    assert.equal(await versioned.get('packs/aa/v', versionId), undefined);
  });

  it('versions are listed with their markers, newest first', async () => {
    await versioned.putNew('pages/bb/v', Buffer.from('kept'));
    await versioned.delete('pages/bb/v');
    const versions: [string, boolean, boolean][] = [];
    for await (const { key, isMarker, isLatest } of versioned.versions('pages/bb/'))
      versions.push([key, isMarker, isLatest]);
    assert.deepEqual(versions, [
      ['pages/bb/v', true, true],
      ['pages/bb/v', false, false],
    ]);
  });

  it('more versions than a page holds are listed, each once', async () => {
    const keys = Array.from({ length: 1_020 }, (_, n) => `packs/cc/${String(n).padStart(4, '0')}`);
    for (let at = 0; at < keys.length; at += 20)
      await Promise.all(keys.slice(at, at + 20).map((key) => versioned.putNew(key, Buffer.from('x'))));
    const found: string[] = [];
    for await (const { key } of versioned.versions('packs/cc/')) found.push(key);
    assert.deepEqual(found, keys);
    const listed: string[] = [];
    for await (const { key } of versioned.list('packs/cc/')) listed.push(key);
    assert.deepEqual(listed, keys);
  });

  it('where versions are suspended an object is deleted under the name null, and nothing is left', async () => {
    const store = openIn({ bucket: await newBucket(cloud, 'Suspended'), prefix: 'a' });
    assert.deepEqual(await store.putNew('packs/aa/n', Buffer.from('data')), { outcome: 'created' });
    assert.deepEqual(await store.head('packs/aa/n'), { size: 4, versionId: 'null' });
    await store.delete('packs/aa/n', 'null');
    for await (const { key } of store.versions('')) assert.fail(`${key} is left`);
  });

  it('a bucket that is not there is LibraryUnavailable, not an absent object', async () => {
    const nowhere = openIn({ bucket: freshName('nowhere'), prefix: '' });
    await assert.rejects(nowhere.get('format'), { name: 'LibraryUnavailable' });
    await assert.rejects(nowhere.head('format'), { name: 'LibraryUnavailable' });
    await assert.rejects(nowhere.putNew('format', Buffer.from('x')), { name: 'LibraryUnavailable' });
  });

  describe('with Object Lock', () => {
    const lockedUntil = (seconds: number): ObjectLock => ({
      mode: 'compliance',
      until: Math.floor(Date.now() / 1_000 + seconds) * 1_000,
    });
    const lock = lockedUntil(3_600);
    const locked = (given: ObjectLock = lock): VersionedStore =>
      openIn({ bucket: cloud().lockedBucket, prefix: freshName('tenant'), lock: () => given });

    it('an object is created locked, and says until when', async () => {
      const store = locked();
      const { versionId, outcome } = await store.putNew('packs/aa/1', Buffer.from('data'));
      assert.equal(outcome, 'created');
      assert.equal(await store.lockedUntil('packs/aa/1'), lock.until);
      assert.equal(await store.lockedUntil('packs/aa/1', versionId), lock.until);
    });

    it('a locked version cannot be deleted, which is said by its name', async () => {
      const store = locked();
      const { versionId } = await store.putNew('packs/aa/1', Buffer.from('data'));
      await assert.rejects(store.delete('packs/aa/1', versionId), { name: 'ObjectRetained' });
      assert.equal((await store.head('packs/aa/1'))?.versionId, versionId);
    });

    it('a version that is locked otherwise, under governance, cannot be deleted either', async () => {
      const store = locked({ ...lock, mode: 'governance' });
      const { versionId } = await store.putNew('packs/aa/1', Buffer.from('data'));
      await assert.rejects(store.delete('packs/aa/1', versionId), { name: 'ObjectRetained' });
    });

    it('a second writer is told that the object exists, and the lock stays', async () => {
      const store = locked();
      await store.putNew('packs/aa/1', Buffer.from('data'));
      assert.equal((await store.putNew('packs/aa/1', Buffer.from('other'))).outcome, 'exists');
      assert.equal(await store.lockedUntil('packs/aa/1'), lock.until);
    });

    it('a lock is extended', async () => {
      const store = locked();
      const { versionId } = await store.putNew('packs/aa/1', Buffer.from('data'));
      const longer = lockedUntil(7_200);
      await store.keepUntil('packs/aa/1', longer, versionId);
      assert.equal(await store.lockedUntil('packs/aa/1', versionId), longer.until);
    });

    it('a lock is not shortened', async () => {
      const store = locked();
      const { versionId } = await store.putNew('packs/aa/1', Buffer.from('data'));
      await assert.rejects(store.keepUntil('packs/aa/1', lockedUntil(60), versionId));
      assert.equal(await store.lockedUntil('packs/aa/1', versionId), lock.until);
    });

    it('a delete marker hides a locked object, which is still there by its version', async () => {
      const store = locked();
      const { versionId } = await store.putNew('packs/aa/1', Buffer.from('data'));
      await store.delete('packs/aa/1');
      assert.equal(await store.lockedUntil('packs/aa/1'), undefined);
      assert.equal(await store.lockedUntil('packs/aa/1', versionId), lock.until);
      assert.equal(text((await store.get('packs/aa/1', versionId))?.bytes), 'data');
    });

    it('what no lock is for is not locked, and what is not there has no lock', async () => {
      const store = locked();
      await store.putNew('index/1', Buffer.from('data'));
      assert.equal(await store.lockedUntil('index/1'), 0);
      assert.equal(await store.lockedUntil('packs/aa/absent'), undefined);
    });

    it('in a bucket without it nothing is locked', async () => {
      await versioned.putNew('packs/dd/1', Buffer.from('1'));
      assert.equal(await versioned.lockedUntil('packs/dd/1'), 0);
    });
  });
};
