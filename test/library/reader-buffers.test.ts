import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RangeReader } from '../../library/range-reader.ts';
import { openVolumeReader } from '../../library/volume-reader.ts';
import { backUp, block, difference, openTestLibrary } from './backup.ts';
import { MemoryStore } from './memory-store.ts';
import { seededRandom } from './seeded-random.ts';

/** Reads into the reader's memory, as S3 does, and scribbles over it when the reader asks anew. */
class ReadingStore extends MemoryStore implements RangeReader {
  reads = 0;
  readonly memories = new Set<ArrayBufferLike>();
  async readRange(key: string, start: number, into: Uint8Array): Promise<number | undefined> {
    this.reads += 1;
    this.memories.add(into.buffer);
    new Uint8Array(into.buffer).fill(0xee);
    await new Promise((resolve) => setImmediate(resolve));
    return this.objects.get(key)?.copy(into, 0, start, start + into.length);
  }
}

const random = seededRandom('reader-buffers');
/** Text, noise that no compression helps, and equal blocks: side by side, and in other packs. */
const BLOCKS = new Map(
  Array.from({ length: 40 }, (_, at): [number, Buffer] => [
    at * 3,
    at % 4 === 0 ? block('same') : at % 4 === 1 ? block(`text ${at}`) : Buffer.from(random(524_288)),
  ]),
);

for (const [name, store] of [
  ['that reads into memory', new ReadingStore()],
  ['that does not', new MemoryStore()],
] as const)
  test(`blocks come whole in buffers that are used again and again, from a store ${name}`, async () => {
    const library = await openTestLibrary(store);
    const map = await backUp(library, { point: 'rp-1', sizeBytes: 2 ** 30, blocks: BLOCKS, packBytes: 3_000_000 });
    const [free, all]: Buffer[][] = [[], []];
    const takeBuffer = (): Buffer => {
      const buffer = free?.pop() ?? Buffer.allocUnsafeSlow(524_288);
      if (!all?.includes(buffer)) all?.push(buffer);
      return buffer;
    };
    const reader = openVolumeReader(library, map, { takeBuffer, rangeBytes: 1_200_000, rangesAhead: 1 });
    const read = new Map<number, Buffer>();
    const source = reader.blocks([0]);
    const lane = async (): Promise<void> => {
      for (let next = await source.next(); !next.done; next = await source.next()) {
        const { index, plain } = next.value;
        await new Promise((resolve) => setImmediate(resolve));
        read.set(index, Buffer.from(plain));
        plain.fill(0xdd);
        free?.push(plain);
      }
    };
    await Promise.all([lane(), lane(), lane()]);
    assert.equal(difference(read, BLOCKS), undefined);
    assert.ok((all?.length ?? 0) <= 4, `${all?.length} buffers for three lanes`);
    if (store instanceof ReadingStore) {
      assert.ok(store.reads > 5, `${store.reads} reads`);
      assert.equal(store.memories.size, 2);
    }
  });

test('a reader that is left early gives its memory back', async () => {
  const store = new ReadingStore();
  const library = await openTestLibrary(store);
  const map = await backUp(library, { point: 'rp-1', sizeBytes: 2 ** 30, blocks: BLOCKS, packBytes: 3_000_000 });
  for await (const { index } of openVolumeReader(library, map, { rangeBytes: 1_200_000 }).blocks([0])) {
    assert.ok(BLOCKS.has(index));
    break;
  }
  assert.ok(store.memories.size > 0);
  for (const memory of store.memories) assert.equal((memory as ArrayBuffer).detached, true);
});
