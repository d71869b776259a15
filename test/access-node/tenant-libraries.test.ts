/** The libraries that a node keeps open, over stores in memory; a data key is added meanwhile, here or by another node. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { asOrderError } from '../../access-node/order-errors.ts';
import { createTenantLibraries, type LentLibrary } from '../../access-node/tenant-libraries.ts';
import type { LibraryAccess, SessionCredentials } from '../../core/contracts/orders.ts';
import { attachLibrary, type Library, openLibrary } from '../../library/library.ts';
import { openTenantKeys, openTenantKeysWithRecoveryKey } from '../../library/tenant-keys.ts';
import { backUp, block, IDENTITY, RECOVERY, restore, WRAPPER } from '../library/backup.ts';
import { MemoryStore } from '../library/memory-store.ts';

const access: LibraryAccess = {
  library: { kind: 'disk', path: '/library' },
  tenantId: IDENTITY.tenant,
  libraryId: IDENTITY.library,
  kmsKeyArn: 'the key',
  recoveryPublicKey: RECOVERY.publicKey,
};
const session: SessionCredentials = { accessKeyId: 'a', secretAccessKey: 'b', sessionToken: 'c', expiresAt: 4e12 };

/** A node; its stores count how many of them are open. */
const openNode = (store: MemoryStore) => {
  const stores = { opened: 0, closed: 0 };
  const libraries = createTenantLibraries({
    openStore: () => {
      stores.opened++;
      return {
        store,
        close: () => {
          stores.closed++;
        },
      };
    },
    openKeyWrapper: () => WRAPPER,
    now: () => 0,
    randomBytes,
  });
  return {
    stores,
    lend: (purpose?: 'data' | 'maintenance' | 'rotation') => libraries.lend(access, session, () => undefined, purpose),
  };
};
const keyNumbers = ({ shared }: LentLibrary): number[] => shared.keys.dataKeys.map(([number]) => number);
const inWorker = (store: MemoryStore, { shared }: LentLibrary): Library =>
  attachLibrary({ store, shared, random: randomBytes, now: () => 0 });
const sealedWith = (store: MemoryStore, point: string): number =>
  Buffer.from(store.objects.get(`points/${point}`) ?? '').readUInt32LE(8);
const backUpAs = (library: Library, point: string, text: string) =>
  backUp(library, { point, sizeBytes: 2 ** 30, blocks: new Map([[0, block(text)]]) });

test('after a rotation by another node new data is sealed with the new key, and what is older is read with the old', async () => {
  const store = new MemoryStore();
  const [one, two] = [openNode(store), openNode(store)];
  const before = await one.lend();
  await backUpAs(inWorker(store, before), 'rp-1', 'old');
  before.giveBack();
  const rotation = await two.lend('rotation');
  assert.deepEqual(keyNumbers(rotation), [1, 2]);
  rotation.giveBack();
  assert.deepEqual(two.stores, { opened: 1, closed: 1 }, 'the library that a run was lent is not kept');

  const after = await one.lend();
  assert.deepEqual(
    [keyNumbers(after), one.stores],
    [[1, 2], { opened: 2, closed: 1 }],
    'opened anew, the old one closed',
  );
  const library = inWorker(store, after);
  await backUpAs(library, 'rp-2', 'new');
  assert.deepEqual([sealedWith(store, 'rp-1'), sealedWith(store, 'rp-2')], [1, 2]);
  for (const [point, text] of [
    ['rp-1', 'old'],
    ['rp-2', 'new'],
  ] as const)
    assert.deepEqual((await restore(library, point)).get(0), block(text));
  after.giveBack();
  const again = await one.lend();
  assert.deepEqual(one.stores, { opened: 2, closed: 1 }, 'with the newest key it is kept');
  again.giveBack();

  const keys = await openTenantKeysWithRecoveryKey({ store, recoveryKey: RECOVERY.privateKey, ...IDENTITY });
  const withoutAws = openLibrary({ store, keys, random: randomBytes, now: () => 0 });
  await withoutAws.index.refresh();
  assert.deepEqual((await restore(withoutAws, 'rp-2')).get(0), block('new'), 'the offline recovery key opens all');
});

test('an order that runs while a key is added keeps its library; the next gets another, and both are closed at the end', async () => {
  const store = new MemoryStore();
  const node = openNode(store);
  const running = await node.lend();
  (await openNode(store).lend('rotation')).giveBack();
  const next = await Promise.all([node.lend(), node.lend()]);
  for (const lent of next) assert.deepEqual(keyNumbers(lent), [1, 2]);
  assert.deepEqual(node.stores, { opened: 2, closed: 0 }, 'one for both');
  // what it still writes under the old key is readable by everybody
  await backUpAs(inWorker(store, running), 'rp-1', 'late');
  assert.equal(sealedWith(store, 'rp-1'), 1);
  await next[0]?.freshIndex();
  const reader = inWorker(store, next[0] as LentLibrary);
  assert.deepEqual((await restore(reader, 'rp-1')).get(0), block('late'));
  running.giveBack();
  assert.deepEqual(node.stores, { opened: 2, closed: 1 });
  for (const lent of next) lent.giveBack();
  assert.deepEqual(node.stores, { opened: 2, closed: 1 }, 'the newest is kept');
});

test('an order that meets a key that was added while it ran is tried again, not taken for damage', async () => {
  const store = new MemoryStore();
  const node = openNode(store);
  const running = await node.lend();
  (await openNode(store).lend('rotation')).giveBack();
  const other = await openNode(store).lend();
  await backUpAs(inWorker(store, other), 'rp-1', 'new');
  const met = await restore(inWorker(store, running), 'rp-1').catch((error: unknown) => error);
  assert.match(String(met), /names key 2/);
  assert.equal(asOrderError(met).name, 'TransientFailure');
  const refreshed = await running.freshIndex().catch((error: unknown) => error);
  assert.equal(asOrderError(refreshed).name, 'TransientFailure');
  running.giveBack();
  const again = await node.lend();
  assert.deepEqual((await restore(inWorker(store, again), 'rp-1')).get(0), block('new'));
});

test('eight rotations while five nodes write: every point is read by all of them', async () => {
  const store = new MemoryStore();
  const nodes = Array.from({ length: 5 }, () => openNode(store));
  (await openNode(store).lend()).giveBack();
  let written = 0;
  /** As a node performs an order: what is worth another try is tried again, with the library opened as it is then. */
  const write = async (node: ReturnType<typeof openNode>, point: string, text: string): Promise<void> => {
    for (;;) {
      const lent = await node.lend();
      try {
        await backUpAs(inWorker(store, lent), point, text);
        written++;
        return;
      } catch (error) {
        assert.equal(asOrderError(error).name, 'TransientFailure');
      } finally {
        lent.giveBack();
      }
    }
  };
  for (let round = 0; round < 8; round++) {
    await Promise.all(
      nodes.map(async (node, n) => {
        if (n === round % 5) (await node.lend('rotation')).giveBack();
        else await write(node, `rp-${round}-${n}`, `${round} ${n}`);
      }),
    );
  }
  const keys = await openTenantKeys({ store, wrapper: WRAPPER, ...IDENTITY });
  assert.equal(keys.current, 9);
  for (const node of nodes) {
    const lent = await node.lend();
    const library = inWorker(store, lent);
    for (let round = 0; round < 8; round++)
      for (let n = 0; n < 5; n++)
        if (n !== round % 5)
          assert.deepEqual((await restore(library, `rp-${round}-${n}`)).get(0), block(`${round} ${n}`));
    lent.giveBack();
  }
  assert.equal(written, 32);
});
