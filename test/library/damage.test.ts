import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { publishCondemned } from '../../library/condemned.ts';
import { rotateTenantKey } from '../../library/tenant-keys.ts';
import { backUp, block, IDENTITY, openTestLibrary, RECOVERY, WRAPPER } from './backup.ts';
import { MemoryStore } from './memory-store.ts';
import { readEverything } from './read-everything.ts';
import { seededRandom } from './seeded-random.ts';

/** HOLDFAST_SEED replays a run. */
const SEED = process.env.HOLDFAST_SEED ?? `${Date.now()}`;
/** 1,250 rounds are the 10,000 flips of the security page; about two minutes. */
const ROUNDS = Number(process.env.HOLDFAST_ROUNDS ?? 40);
const random = seededRandom(SEED);
const below = (n: number): number => Buffer.from(random(4)).readUInt32LE() % n;

const KINDS = ['format', 'keys/', 'packs/', 'index/', 'pages/', 'maps/', 'points/', 'condemned/'];

/** Two of everything but `format`. */
const build = async (): Promise<MemoryStore> => {
  const store = new MemoryStore();
  const library = await openTestLibrary(store);
  const sizeBytes = 2 ** 30;
  const parent = await backUp(library, {
    point: 'rp-1',
    sizeBytes,
    blocks: new Map([
      [1, block('a')],
      [9, block('b')],
    ]),
  });
  await rotateTenantKey({
    store,
    wrapper: WRAPPER,
    recoveryPublicKey: RECOVERY.publicKey,
    ...IDENTITY,
    random: seededRandom('rotation'),
  });
  const rotated = await openTestLibrary(store, seededRandom('second'));
  await backUp(rotated, { point: 'rp-2', sizeBytes, blocks: new Map([[2, block('c')]]), parent });
  for (const generation of [1, 2])
    await publishCondemned(rotated, {
      generation,
      publishedAt: 1,
      deleteNotBefore: 2,
      pages: ['11'.repeat(32)],
      points: ['rp-9'],
      packs: ['00'.repeat(16)],
    });
  return store;
};

describe(`a damaged library (seed ${SEED})`, () => {
  let whole: MemoryStore;
  const keysOf = (kind: string): string[] => [...whole.objects.keys()].filter((key) => key.startsWith(kind));
  const damaged = (key: string, change: (bytes: Buffer) => Buffer): MemoryStore => {
    const store = new MemoryStore(whole.objects);
    store.objects.set(key, change(Buffer.from(whole.objects.get(key) as Buffer)));
    return store;
  };
  let changed = 0;
  const assertDetected = (store: MemoryStore, what: string) => {
    changed++;
    return assert.rejects(readEverything(store), { name: 'CorruptObject' }, what);
  };

  before(async () => {
    whole = await build();
    assert.equal((await readEverything(whole)).size, 2);
  });

  for (const kind of KINDS) {
    test(`any flipped bit of ${kind} is detected, and the object named`, async () => {
      for (let round = 0; round < ROUNDS; round++) {
        const keys = keysOf(kind);
        const key = keys[below(keys.length)] as string;
        const bit = below((whole.objects.get(key) as Buffer).length * 8);
        const store = damaged(key, (bytes) => {
          bytes[bit >> 3] = (bytes[bit >> 3] as number) ^ (1 << (bit & 7));
          return bytes;
        });
        await assert.rejects(readEverything(store), { name: 'CorruptObject', key }, `bit ${bit} of ${key}`);
      }
    });

    test(`${kind} cut short or with bytes added is detected`, async () => {
      for (const key of keysOf(kind)) {
        const { length } = whole.objects.get(key) as Buffer;
        const anywhere = Array.from({ length: 52 }, () => below(length));
        for (const cut of [0, 1, 16, 47, 48, 63, 64, ...anywhere, length - 16, length - 1])
          if (cut < length)
            await assertDetected(
              damaged(key, (bytes) => bytes.subarray(0, cut)),
              `${key} cut to ${cut}`,
            );
        for (const more of [1, 16, 36])
          await assertDetected(
            damaged(key, (bytes) => Buffer.concat([bytes, random(more)])),
            `${key} and ${more} more`,
          );
      }
    });

    test(`any two of ${kind} swapped are detected`, async () => {
      const keys = keysOf(kind);
      for (const one of keys) {
        for (const other of keys) {
          if (one >= other) continue;
          const store = damaged(one, () => whole.objects.get(other) as Buffer);
          store.objects.set(other, whole.objects.get(one) as Buffer);
          await assertDetected(store, `${one} and ${other} swapped`);
        }
      }
    });
  }

  test('an object of one kind in the place of another is detected', async () => {
    for (const kind of KINDS) {
      for (const other of KINDS) {
        if (kind === other) continue;
        const [key, replacement] = [keysOf(kind)[0] as string, keysOf(other)[0] as string];
        await assertDetected(
          damaged(key, () => whole.objects.get(replacement) as Buffer),
          `${replacement} as ${key}`,
        );
      }
    }
  });

  test('a missing object is named: what a point refers to cannot vanish unnoticed', async () => {
    for (const kind of ['format', 'packs/', 'pages/', 'maps/', 'index/']) {
      for (const key of keysOf(kind)) {
        const store = new MemoryStore(whole.objects);
        store.objects.delete(key);
        const named = kind === 'index/' ? { name: 'MissingObject', kind: 'block' } : { name: 'MissingObject', key };
        await assert.rejects(readEverything(store), named, key);
      }
    }
  });

  test('a point rolled back to an earlier document of the same id is detected by its maps', async () => {
    const store = new MemoryStore(whole.objects);
    store.objects.set('points/rp-2', whole.objects.get('points/rp-1') as Buffer);
    await assertDetected(store, 'rp-1 in the place of rp-2');
  });

  test('that was enough of them', (t) => {
    assert.ok(changed >= 1_000, String(changed));
    const flips = ROUNDS * KINDS.length;
    t.diagnostic(`${flips} bit flips and ${changed} cut, lengthened, swapped and rolled back objects: all detected`);
  });
});
