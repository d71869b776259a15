import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import type { DeletableStore } from '../../core/ports/object-store.ts';

/** Two stores on the same place, as two nodes have them, and one of another tenant beside it. */
export interface StoresUnderTest {
  readonly one: DeletableStore;
  readonly other: DeletableStore;
  readonly otherTenant: DeletableStore;
  close(): Promise<void>;
}

const keysOf = async (store: DeletableStore, prefix: string): Promise<string[]> => {
  const keys: string[] = [];
  for await (const { key } of store.list(prefix)) keys.push(key);
  return keys.sort();
};

/** What every store must keep. */
export const objectStoreSuite = (name: string, open: () => Promise<StoresUnderTest>): void => {
  describe(`an object store: ${name}`, () => {
    let stores: StoresUnderTest;
    before(async () => {
      stores = await open();
    });
    after(() => stores.close());

    test('an object that was created is read by every node, whole, in part and by size', async () => {
      const bytes = randomBytes(100_000);
      assert.equal((await stores.one.putNew('packs/aa/aa01', bytes)).outcome, 'created');
      for (const store of [stores.one, stores.other]) {
        assert.ok(bytes.equals((await store.get('packs/aa/aa01'))?.bytes ?? Buffer.alloc(0)));
        assert.equal((await store.head('packs/aa/aa01'))?.size, bytes.length);
        const range = (await store.getRange('packs/aa/aa01', 1000, 5000)) ?? Buffer.alloc(0);
        assert.ok(bytes.subarray(1000, 6000).equals(range));
      }
    });

    test('a range is short only where the object ends', async () => {
      await stores.one.putNew('packs/aa/short', Buffer.from('0123456789'));
      const read = async (start: number, length: number) =>
        Buffer.from((await stores.one.getRange('packs/aa/short', start, length)) ?? 'absent').toString();
      assert.equal(await read(0, 10), '0123456789');
      assert.equal(await read(8, 10), '89');
      assert.equal(await read(9, 1), '9');
      assert.equal(await read(10, 5), '');
      assert.equal(await read(50, 5), '');
    });

    test('what is not there is answered as absent, by every call', async () => {
      assert.equal(await stores.one.get('pages/00/none'), undefined);
      assert.equal(await stores.one.getRange('pages/00/none', 0, 10), undefined);
      assert.equal(await stores.one.head('pages/00/none'), undefined);
      assert.deepEqual(await keysOf(stores.one, 'nothing/'), []);
      await stores.one.delete('pages/00/none');
    });

    test('the second to create an object is told so, and changes nothing', async () => {
      await stores.one.putNew('index/i1', Buffer.from('first'));
      for (const store of [stores.one, stores.other])
        assert.equal((await store.putNew('index/i1', Buffer.from('second, and longer'))).outcome, 'exists');
      assert.equal(Buffer.from((await stores.other.get('index/i1'))?.bytes ?? '').toString(), 'first');
    });

    test('of twenty that create the same object at once, one is told that it did, and its bytes are there', async () => {
      const contents = Array.from({ length: 20 }, (_, n) => Buffer.alloc(50_000, n));
      const outcomes = await Promise.all(
        contents.map((bytes, n) => (n % 2 ? stores.one : stores.other).putNew('keys/1', bytes)),
      );
      const winners = outcomes.flatMap(({ outcome }, n) => (outcome === 'created' ? [n] : []));
      assert.equal(winners.length, 1);
      assert.ok(contents[winners[0] as number]?.equals((await stores.one.get('keys/1'))?.bytes ?? Buffer.alloc(0)));
    });

    test('no reader ever sees a part of an object that is being written', async () => {
      const bytes = randomBytes(8_000_000);
      let writing = true;
      const write = stores.one.putNew('packs/aa/large', bytes).finally(() => {
        writing = false;
      });
      while (writing) {
        const size = (await stores.other.head('packs/aa/large'))?.size;
        assert.ok(size === undefined || size === bytes.length, `saw ${size} bytes`);
      }
      await write;
      assert.ok(bytes.equals((await stores.other.get('packs/aa/large'))?.bytes ?? Buffer.alloc(0)));
    });

    test('a listing names every object below its prefix once, with its size, and no other', async () => {
      const made = Array.from({ length: 30 }, (_, n) => `pages/${n % 3}${n % 3}/p${n}`);
      await Promise.all(made.map((key, n) => stores.one.putNew(key, Buffer.alloc(n + 1))));
      await stores.one.putNew('pagesque', Buffer.alloc(1));
      assert.deepEqual(await keysOf(stores.other, 'pages/'), made.toSorted());
      assert.deepEqual(
        await keysOf(stores.other, 'pages/11/'),
        made.filter((key) => key.startsWith('pages/11/')).sort(),
      );
      const all = await keysOf(stores.other, '');
      assert.ok(made.every((key) => all.includes(key)) && all.includes('pagesque') && new Set(all).size === all.length);
      for await (const { key, size } of stores.one.list('pages/')) assert.equal(size, made.indexOf(key) + 1);
    });

    test('what was deleted is gone, and may be created again', async () => {
      await stores.one.putNew('condemned/1', Buffer.from('old'));
      await stores.other.delete('condemned/1');
      assert.equal(await stores.one.get('condemned/1'), undefined);
      assert.deepEqual(await keysOf(stores.one, 'condemned/'), []);
      assert.equal((await stores.one.putNew('condemned/1', Buffer.from('new'))).outcome, 'created');
    });

    test("nothing of one tenant's is seen by another's store", async () => {
      await stores.one.putNew('points/rp-1', Buffer.from('mine'));
      assert.equal(await stores.otherTenant.get('points/rp-1'), undefined);
      assert.deepEqual(await keysOf(stores.otherTenant, ''), []);
      assert.equal((await stores.otherTenant.putNew('points/rp-1', Buffer.from('theirs'))).outcome, 'created');
      assert.equal(Buffer.from((await stores.one.get('points/rp-1'))?.bytes ?? '').toString(), 'mine');
    });
  });
};
