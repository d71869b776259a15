import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { LibraryFull } from '../../library/errors.ts';
import { openSegmentWriter } from '../../library/segment-writer.ts';
import { backUp, block, difference, openTestLibrary, restore, shaOf, writeSegment } from './backup.ts';
import { MemoryStore } from './memory-store.ts';
import { readEverything } from './read-everything.ts';

const SEGMENT = { volumeBlocks: 2048, pages: [0], unlisted: 'zero' } as const;

/** Holds back every pack until it is let go. */
class SlowStore extends MemoryStore {
  held: (() => void)[] = [];
  fail: Error | undefined;
  override async putNew(key: string, bytes: Uint8Array) {
    if (key.startsWith('packs/')) await new Promise<void>((resolve) => this.held.push(resolve));
    if (this.fail) throw this.fail;
    return super.putNew(key, bytes);
  }
  letGo(): void {
    for (const resolve of this.held.splice(0)) resolve();
  }
}

const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

test('a writer that is faster than its store waits, with two packs in memory and no more', async () => {
  const store = new SlowStore();
  const library = await openTestLibrary(store, randomBytes);
  const writer = openSegmentWriter(library, { ...SEGMENT, packBytes: 1 });
  const add = (at: number) => writer.add(at, block(`${at}`), shaOf(block(`${at}`)));
  add(0);
  add(1);
  assert.equal(writer.ready(2), false);
  assert.throws(() => add(2), /before the writer was ready/);
  const waiting = writer.prepare(2);
  let ready = false;
  void waiting.then(() => {
    ready = true;
  });
  await settle();
  assert.equal(ready, false);
  store.letGo();
  await waiting;
  assert.equal(writer.ready(2), true);
  add(2);
  const finished = writer.finish();
  await settle();
  store.letGo();
  assert.equal((await finished).counters.stored, 3);
  assert.equal([...store.objects.keys()].filter((key) => key.startsWith('packs/')).length, 3);
});

test('many fetchers may share a writer', async () => {
  const library = await openTestLibrary(new MemoryStore(), randomBytes);
  const writer = openSegmentWriter(library, { ...SEGMENT, packBytes: 1 });
  const blocks = Array.from({ length: 40 }, (_, at) => block(`${at}`));
  await Promise.all(blocks.map((plain, at) => writer.write(at, plain, shaOf(plain))));
  assert.equal((await writer.finish()).counters.stored, 40);
});

test('a full library ends the segment with LibraryFull, and the next attempt goes through', async () => {
  const store = new SlowStore();
  const library = await openTestLibrary(store, randomBytes);
  const writer = openSegmentWriter(library, { ...SEGMENT, packBytes: 1 });
  store.fail = new LibraryFull('no room');
  writer.add(0, block('a'), shaOf(block('a')));
  store.letGo();
  await settle();
  await assert.rejects(writer.prepare(1), { name: 'LibraryFull' });
  await assert.rejects(writer.write(1, block('b'), shaOf(block('b'))), { name: 'LibraryFull' });
  await assert.rejects(writer.finish(), { name: 'LibraryFull' });
  await writer.abort();
  store.fail = undefined;
  const backup = backUp(library, { point: 'rp-1', sizeBytes: 2 ** 30, blocks: new Map([[0, block('a')]]) });
  await settle();
  store.letGo();
  await backup;
  assert.equal((await readEverything(store)).get('rp-1/vol-1')?.size, 1);
});

test('blocks of a segment that was given up are never taken as stored', async () => {
  const store = new MemoryStore();
  const library = await openTestLibrary(store, randomBytes);
  const writer = openSegmentWriter(library, { ...SEGMENT, packBytes: 1 });
  await writer.write(0, block('a'), shaOf(block('a')));
  await writer.abort();
  const { counters } = await writeSegment(library, new Map([[0, block('a')]]), SEGMENT);
  assert.equal(counters.stored, 1);
});

test("what one block's counters say adds up while the segment runs", async () => {
  const library = await openTestLibrary(new MemoryStore(), randomBytes);
  const writer = openSegmentWriter(library, SEGMENT);
  const outcomes = [];
  for (const [at, plain] of [block('a'), block('a'), Buffer.alloc(524_288)].entries())
    outcomes.push((await writer.write(at, plain, shaOf(plain))).outcome);
  assert.deepEqual(outcomes, ['stored', 'deduplicated', 'zero']);
  assert.equal(writer.counters.read, 3);
});

test('what the library has lost of the parent is stored again by a backup that reads it', async () => {
  const store = new MemoryStore();
  const library = await openTestLibrary(store, randomBytes);
  const backup = {
    sizeBytes: 2 ** 30,
    blocks: new Map([
      [0, block('a')],
      [1, block('b')],
    ]),
    packBytes: 1,
  };
  const parent = await backUp(library, { ...backup, point: 'rp-1' });
  for (const key of [...store.objects.keys()]) if (/^(packs|index)\//.test(key)) store.objects.delete(key);
  const later = await openTestLibrary(store, randomBytes);
  await backUp(later, { ...backup, point: 'rp-2', parent });
  for (const point of ['rp-1', 'rp-2']) assert.equal(difference(await restore(later, point), backup.blocks), undefined);
});
