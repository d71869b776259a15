import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { CreateKeyCommand, DisableKeyCommand } from '@aws-sdk/client-kms';
import fc from 'fast-check';
import { createKmsKeyWrapper } from '../../adapters/aws/kms-key-wrapper.ts';
import { openLibrary } from '../../library/library.ts';
import { createRecoveryKeyPair, recoveryPublicKeyOf } from '../../library/recovery-key.ts';
import { readPoint } from '../../library/recovery-point.ts';
import {
  createTenantKeys,
  openTenantKeys,
  openTenantKeysWithRecoveryKey,
  rotateTenantKey,
} from '../../library/tenant-keys.ts';
import { backUp, block, IDENTITY, openTestLibrary, RECOVERY, restore, shaOf, WRAPPER } from './backup.ts';
import { createLocalKeyWrapper } from './local-key-wrapper.ts';
import { startLocalS3 } from './local-s3.ts';
import { MemoryStore } from './memory-store.ts';

const create = (store: MemoryStore, wrapper = WRAPPER) =>
  createTenantKeys({ store, wrapper, recoveryPublicKey: RECOVERY.publicKey, ...IDENTITY, random: randomBytes });

test('ten nodes that set up one library at once agree on its keys, and on one format object', async () => {
  const store = new MemoryStore();
  const opened = await Promise.all(Array.from({ length: 10 }, () => create(store)));
  assert.deepEqual([...store.objects.keys()].sort(), ['format', 'keys/1']);
  for (const keys of opened) assert.deepEqual(keys.share(), opened[0]?.share());
});

test('a node that may only read opens a library that is there: nothing is written', async () => {
  const store = new MemoryStore();
  const keys = await create(store);
  store.putNew = () => Promise.reject(new Error('denied'));
  assert.deepEqual((await create(store)).share(), keys.share());
});

test('the printed recovery key opens what the key service wrapped, without it', async () => {
  const store = new MemoryStore();
  const keys = await create(store);
  const opened = await openTenantKeysWithRecoveryKey({ store, recoveryKey: RECOVERY.privateKey, ...IDENTITY });
  assert.deepEqual(opened.share(), keys.share());
});

test('another recovery key, another tenant, another library and another key service are each refused', async () => {
  const store = new MemoryStore();
  await create(store);
  const other = createRecoveryKeyPair(randomBytes).privateKey;
  const mine = RECOVERY.privateKey;
  const refused = { name: 'WrongKey' };
  await assert.rejects(openTenantKeysWithRecoveryKey({ store, recoveryKey: other, ...IDENTITY }), refused);
  for (const identity of [
    { ...IDENTITY, tenant: 'hv-other' },
    { ...IDENTITY, library: 'lib-other' },
  ]) {
    await assert.rejects(openTenantKeys({ store, wrapper: WRAPPER, ...identity }), refused);
    await assert.rejects(openTenantKeysWithRecoveryKey({ store, recoveryKey: mine, ...identity }), refused);
  }
  const wrapper = createLocalKeyWrapper('another');
  await assert.rejects(openTenantKeys({ store, wrapper, ...IDENTITY }), refused);
});

test('a recovery key with any one character mistyped is refused before it is tried', () => {
  const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
  const { privateKey, publicKey } = RECOVERY;
  assert.equal(recoveryPublicKeyOf(privateKey), publicKey);
  assert.equal(recoveryPublicKeyOf(privateKey.toLowerCase().replace('hfrec1', ' HFREC1')), publicKey);
  let refused = 0;
  let tried = 0;
  for (let at = 'hfrec1-'.length; at < privateKey.length; at++) {
    if (privateKey[at] === '-') continue;
    for (const digit of alphabet) {
      if (digit === privateKey[at]) continue;
      tried++;
      try {
        recoveryPublicKeyOf(privateKey.slice(0, at) + digit + privateKey.slice(at + 1));
      } catch (error) {
        assert.equal((error as Error).name, 'WrongKey');
        refused++;
      }
    }
  }
  assert.equal(tried, 56 * 31);
  assert.equal(refused, tried);
});

test('recovery keys are read back from their text, whatever their bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (raw) => {
      const pair = createRecoveryKeyPair(() => raw);
      assert.equal(recoveryPublicKeyOf(pair.privateKey), pair.publicKey);
    }),
    { numRuns: 50 },
  );
});

test('rotation adds a key, keeps the old ones and the ids; two rotations at once agree', async () => {
  const store = new MemoryStore();
  const before = await create(store);
  const rotate = () =>
    rotateTenantKey({
      store,
      wrapper: WRAPPER,
      recoveryPublicKey: RECOVERY.publicKey,
      ...IDENTITY,
      random: randomBytes,
    });
  const [one, two] = await Promise.all([rotate(), rotate()]);
  assert.deepEqual(one.share(), two.share());
  assert.equal(one.current, 2);
  assert.deepEqual(one.dataKey(1), before.dataKey(1));
  assert.notDeepEqual(one.dataKey(2), before.dataKey(1));
  assert.deepEqual(one.blockId(Buffer.alloc(32)), before.blockId(Buffer.alloc(32)));
});

test('after both the recovery key and the key service were replaced, the new ones open all, the old what was theirs', async () => {
  const store = new MemoryStore();
  await create(store);
  const next = createRecoveryKeyPair(randomBytes);
  const wrapper = createLocalKeyWrapper('next');
  const rotated = await rotateTenantKey({
    store,
    wrapper,
    from: WRAPPER,
    recoveryPublicKey: next.publicKey,
    ...IDENTITY,
    random: randomBytes,
  });
  assert.deepEqual((await openTenantKeys({ store, wrapper, ...IDENTITY })).share(), rotated.share());
  const open = (recoveryKey: string) => openTenantKeysWithRecoveryKey({ store, recoveryKey, ...IDENTITY });
  assert.deepEqual((await open(next.privateKey)).share(), rotated.share());
  assert.equal((await open(RECOVERY.privateKey)).current, 1);
});

test('a folder that is no library, and a library of a later version, are told apart', async () => {
  const open = (store: MemoryStore) => openTenantKeys({ store, wrapper: WRAPPER, ...IDENTITY });
  await assert.rejects(open(new MemoryStore()), { name: 'MissingObject', key: 'format' });
  const store = new MemoryStore();
  await create(store);
  const later = '{"format":"holdfast-library","version":2,"blockBytes":524288,"pageBlocks":4096}';
  store.objects.set('format', Buffer.from(`${later}\n${shaOf(Buffer.from(later)).toString('hex')}\n`));
  await assert.rejects(open(store), { name: 'UnsupportedFormat' });
  await assert.rejects(create(store), { name: 'UnsupportedFormat' });
});

test("the keys of one tenant read nothing of another's", async () => {
  const mine = new MemoryStore();
  await backUp(await openTestLibrary(mine, randomBytes), {
    point: 'rp-1',
    sizeBytes: 2 ** 30,
    blocks: new Map([[0, block('secret')]]),
  });
  const theirs = await openTestLibrary(new MemoryStore(), randomBytes);
  const library = openLibrary({ store: mine, keys: theirs.keys, random: randomBytes, now: () => 0 });
  const refused = { name: 'CorruptObject' };
  await assert.rejects(library.index.refresh(), refused);
  await assert.rejects(readPoint(library, 'rp-1'), refused);
  await assert.rejects(restore(library, 'rp-1'), refused);
});

test('KMS wraps the keys under a context of tenant and library, and refuses any other', async () => {
  const local = await startLocalS3();
  try {
    const { KeyMetadata } = await local.kms.send(new CreateKeyCommand({}));
    const wrapper = createKmsKeyWrapper({ client: local.kms, keyId: KeyMetadata?.Arn ?? '' });
    const store = new MemoryStore();
    const keys = await create(store, wrapper);
    assert.deepEqual((await openTenantKeys({ store, wrapper, ...IDENTITY })).share(), keys.share());
    const wrapped = await wrapper.wrap(Buffer.from('secret'), IDENTITY);
    assert.equal(Buffer.from(await wrapper.unwrap(wrapped, IDENTITY)).toString(), 'secret');
    await assert.rejects(wrapper.unwrap(wrapped, { ...IDENTITY, tenant: 'hv-other' }), { name: 'WrongKey' });
    await assert.rejects(wrapper.unwrap(wrapped.with(40, 1 ^ (wrapped[40] ?? 0)), IDENTITY), { name: 'WrongKey' });
    await local.kms.send(new DisableKeyCommand({ KeyId: KeyMetadata?.KeyId }));
    await assert.rejects(wrapper.unwrap(wrapped, IDENTITY), { name: 'LibraryUnavailable' });
    const absent = createKmsKeyWrapper({ client: local.kms, keyId: `${KeyMetadata?.Arn?.slice(0, -4)}0000` });
    await assert.rejects(absent.wrap(Buffer.from('x'), IDENTITY), { name: 'LibraryUnavailable' });
  } finally {
    await local.close();
  }
});
