import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { MessageChannel } from 'node:worker_threads';
import { helpReading } from '../../access-node/help-reading.ts';
import { type SpreadReading, spreadReading } from '../../access-node/spread-reading.ts';
import { checkLibrary } from '../../library/check-library.ts';
import type { Library } from '../../library/library.ts';
import { verifyVolume } from '../../library/verify-volume.ts';
import { backUp, block, openTestLibrary } from '../library/backup.ts';
import { MemoryStore } from '../library/memory-store.ts';
import { seededRandom } from '../library/seeded-random.ts';

const credentials = () => ({ accessKeyId: 'a', secretAccessKey: 'b', sessionToken: 'c', expiresAt: 4e12 });
const sizeBytes = 2 ** 30;
const PACKS = 40;

/** A pack for each block. */
const build = async (): Promise<MemoryStore> => {
  const store = new MemoryStore();
  const blocks = new Map(Array.from({ length: PACKS }, (_, at) => [at, block(`block ${at}`)]));
  await backUp(await openTestLibrary(store), { point: 'rp-1', sizeBytes, blocks, packBytes: 1 });
  return store;
};
/** Packs take their time, as from S3: else this thread would have read all before the others are asked. */
const opened = async (store: MemoryStore): Promise<Library> => {
  const slow: MemoryStore = Object.assign(Object.create(store), {
    get: async (key: string) => {
      await sleep(key.startsWith('packs/') ? 5 : 0);
      return store.get(key);
    },
  });
  return openTestLibrary(slow, seededRandom('opened'));
};

const flip = (store: MemoryStore, key: string, byte: number): void => {
  const bytes = Buffer.from(store.objects.get(key) as Buffer);
  bytes[byte] = (bytes[byte] as number) ^ 1;
  store.objects.set(key, bytes);
};

interface Helper {
  readonly packs: string[];
  stop(): void;
}

/** Another thread's part, here in this one. */
const addHelper = (reading: SpreadReading, library: Library, onRead: (helper: Helper) => void = () => undefined) => {
  const { port1, port2 } = new MessageChannel();
  const ended = Promise.withResolvers<void>();
  const helper: Helper & { readonly ended: Promise<void> } = {
    packs: [],
    stop: () => helping.stop(),
    ended: ended.promise,
  };
  const store: Library['store'] = Object.assign(Object.create(library.store), {
    get: async (key: string, versionId?: string) => {
      helper.packs.push(key);
      onRead(helper);
      return library.store.get(key, versionId);
    },
  });
  const helping = helpReading(port2, () => ({ library: { ...library, store }, close: () => undefined }), ended.resolve);
  reading.addHelper(port1);
  return helper;
};

/** Closed at the end whatever happens: open ports would keep the process. */
const spread = (t: TestContext, library: Library, wantHelpers: () => void = () => undefined): SpreadReading => {
  const { signal } = new AbortController();
  const reading = spreadReading({ library, credentials, threads: 3, signal, wantHelpers });
  t.after(() => reading.close());
  return reading;
};

test('what several threads read of a damaged library is found and told as by one', async (t) => {
  const store = await build();
  const packs = [...store.objects.keys()].filter((key) => key.startsWith('packs/')).sort();
  flip(store, packs[3] as string, 60);
  flip(store, packs[11] as string, (store.objects.get(packs[11] as string)?.length ?? 0) - 1);
  // another key's number
  flip(store, packs[17] as string, 8);
  store.objects.delete(packs[23] as string);
  const alone = await checkLibrary(await opened(store), { depth: 'everything' });
  assert.equal(alone.findings.length, 4);

  const library = await opened(store);
  let wanted = 0;
  const reading = spread(t, library, () => {
    wanted += 1;
  });
  const helpers = [addHelper(reading, library), addHelper(reading, library)];
  const together = await checkLibrary(library, { depth: 'everything', packReader: reading });
  assert.deepEqual(together, alone);
  assert.equal(wanted, 1);
  for (const helper of helpers) assert.ok(helper.packs.length > 3, `it read ${helper.packs.length}`);
  reading.close();
  await Promise.all(helpers.map(({ ended }) => ended));
});

test('a helper that is called away ends what it has, and the others read the rest', async (t) => {
  const library = await opened(await build());
  const reading = spread(t, library);
  const leaving = addHelper(reading, library, ({ packs, stop }) => {
    if (packs.length === 5) stop();
  });
  const staying = addHelper(reading, library);
  const report = await checkLibrary(library, { depth: 'everything', packReader: reading });
  assert.deepEqual([report.findings.length, report.read.packs], [0, PACKS]);
  await leaving.ended;
  assert.ok(leaving.packs.length <= 6, `it read ${leaving.packs.length} packs`);
  assert.ok(staying.packs.length > leaving.packs.length);
  reading.close();
  await staying.ended;
});

test('what a helper cannot read fails as it would here', async (t) => {
  const library = await opened(await build());
  const reading = spread(t, library);
  const helper = addHelper(reading, library, () => {
    throw Object.assign(new Error('S3 does not answer'), { name: 'TransientFailure' });
  });
  await assert.rejects(checkLibrary(library, { depth: 'everything', packReader: reading }), /S3 does not answer/);
  reading.close();
  await helper.ended;
});

test('a volume is read back by several threads, each block once', async (t) => {
  const store = new MemoryStore();
  const far = Array.from({ length: 60 }, (_, at) => at * 100);
  const blocks = new Map(far.map((at) => [at, block(`block ${at}`)]));
  const map = await backUp(await openTestLibrary(store), {
    point: 'rp-1',
    sizeBytes: 4 * sizeBytes,
    blocks,
    packBytes: 1,
  });
  const library = await opened(store);
  const reading = spread(t, library);
  const helper = addHelper(reading, library);
  let told = 0;
  const onBlock = (done: number): void => {
    assert.ok(done >= told);
    told = done;
  };
  const signal = new AbortController().signal;
  const options = { depth: 'full', random: Math.random, signal, runReader: reading, onBlock } as const;
  assert.deepEqual([await verifyVolume(library, map, options), told], [far.length, far.length]);
  assert.ok(
    helper.packs.some((key) => key.startsWith('maps/')),
    'the helper read some of it',
  );

  // what one of them cannot read is looked for here, and fails here
  const [pack = ''] = [...store.objects.keys()].filter((key) => key.startsWith('packs/'));
  flip(store, pack, 60);
  told = 0;
  await assert.rejects(verifyVolume(library, map, options), { name: 'CorruptObject', key: pack });
  reading.close();
  await helper.ended;
});
