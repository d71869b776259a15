import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { BlockStorage } from '../../local/block-storage/block-storage.ts';
import { changedBlocks } from '../../local/block-storage/list-blocks.ts';
import { openStore, type Store } from '../../local/kernel/store.ts';

const BLOCK = 524_288;
const BLOCKS = 24;

/** What the storage is held against: for each block a number that says what is in it; 0 is zeros. */
interface Model {
  volumes: { id: string; content: number[]; lineage: number }[];
  snapshots: { id: string; content: number[]; lineage: number }[];
}

type Command =
  | { kind: 'write'; volume: number; first: number; count: number }
  | { kind: 'zero'; volume: number; first: number }
  | { kind: 'discard'; volume: number; first: number; count: number }
  | { kind: 'snapshot'; volume: number }
  | { kind: 'volume'; snapshot: number }
  | { kind: 'written'; parent: number; blocks: { index: number; zero: boolean }[] }
  | { kind: 'delete-snapshot'; snapshot: number }
  | { kind: 'delete-volume'; volume: number }
  | { kind: 'restart' };

const index = fc.nat(BLOCKS - 1);
const nth = fc.nat(20);
const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('write' as const),
      volume: nth,
      first: index,
      count: fc.integer({ min: 1, max: 4 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('zero' as const), volume: nth, first: index }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('discard' as const),
      volume: nth,
      first: index,
      count: fc.integer({ min: 1, max: 6 }),
    }),
  },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('snapshot' as const), volume: nth }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('volume' as const), snapshot: nth }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('written' as const),
      parent: fc.integer({ min: -1, max: 10 }),
      blocks: fc.array(fc.record({ index, zero: fc.boolean() }), { maxLength: 5 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete-snapshot' as const), snapshot: nth }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete-volume' as const), volume: nth }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'restart' as const }) },
);

/** A block's content for a number: small numbers repeat, so that equal data written anew is met too. */
const block = (value: number): Buffer => {
  const data = Buffer.alloc(BLOCK);
  data.writeUInt32BE(value, (value * 4_096) % (BLOCK - 4));
  return data;
};

class World {
  readonly dir = mkdtempSync(join(tmpdir(), 'local-ec2-'));
  readonly model: Model = { volumes: [], snapshots: [] };
  #store: Store = openStore(this.dir);
  storage = new BlockStorage(this.#store);
  #ids = 0;
  #lineages = 0;

  newId = (prefix: string): string => `${prefix}-${String(++this.#ids).padStart(6, '0')}`;

  newVolume(from?: Model['snapshots'][number]): void {
    const id = this.newId('vol');
    this.storage.volumes.create(id, BLOCKS * BLOCK, from?.id);
    void this.storage.fill(id, BLOCKS, () => {});
    const content = from ? [...from.content] : new Array<number>(BLOCKS).fill(0);
    this.model.volumes.push({ id, content, lineage: from?.lineage ?? ++this.#lineages });
  }

  async restart(): Promise<void> {
    await this.storage.close();
    await this.#store.close();
    this.#store = openStore(this.dir);
    this.storage = new BlockStorage(this.#store);
  }

  async run(step: Command, value: () => number): Promise<void> {
    const { volumes, snapshots } = this.model;
    switch (step.kind) {
      case 'write':
      case 'zero':
      case 'discard': {
        const volume = volumes[step.volume % volumes.length];
        if (!volume) return;
        const file = this.storage.volumes.get(volume.id);
        const count = Math.min('count' in step ? step.count : 1, BLOCKS - step.first);
        if (step.kind === 'discard') await file.discard(step.first * BLOCK, count * BLOCK);
        for (let at = step.first; at < step.first + count; at++) {
          const next = step.kind === 'write' ? value() : 0;
          if (step.kind !== 'discard') file.write(at * BLOCK, next === 0 ? Buffer.alloc(BLOCK) : block(next));
          volume.content[at] = next;
        }
        return;
      }
      case 'snapshot': {
        const volume = volumes[step.volume % volumes.length];
        if (!volume) return;
        const id = this.newId('snap');
        await this.storage.freeze(volume.id, id, BLOCKS, () => {});
        snapshots.push({ id, content: [...volume.content], lineage: volume.lineage });
        return;
      }
      case 'volume': {
        const snapshot = snapshots[step.snapshot % snapshots.length];
        if (snapshot) this.newVolume(snapshot);
        return;
      }
      case 'written': {
        const parent = step.parent < 0 ? undefined : snapshots[step.parent % snapshots.length];
        const id = this.newId('snap');
        this.storage.startWriting(id, parent?.id);
        const content = parent ? [...parent.content] : new Array<number>(BLOCKS).fill(0);
        for (const { index: at, zero } of step.blocks) {
          const next = zero ? 0 : value();
          const data = next === 0 ? Buffer.alloc(BLOCK) : block(next);
          this.storage.writing(id).put(at, data, createHash('sha256').update(data).digest());
          content[at] = next;
        }
        if (step.blocks.length % 2 === 1) await this.restart();
        assert.equal(this.storage.writing(id).count, new Set(step.blocks.map((one) => one.index)).size);
        this.storage.completeWriting(id, parent?.id, () => {});
        snapshots.push({ id, content, lineage: parent?.lineage ?? ++this.#lineages });
        return;
      }
      case 'delete-snapshot': {
        const [gone] = snapshots.splice(step.snapshot % Math.max(1, snapshots.length), 1);
        if (gone) this.storage.manifests.release(gone.id, gone.id);
        return;
      }
      case 'delete-volume': {
        if (volumes.length < 2) return;
        const [gone] = volumes.splice(step.volume % volumes.length, 1);
        if (gone) await this.storage.volumes.remove(gone.id);
        return;
      }
      case 'restart':
        return this.restart();
    }
  }

  /** Every volume, snapshot and comparison against the model. */
  check(): void {
    const { blocks, manifests } = this.storage;
    const expect = new Map<number, Buffer>();
    const wanted = (value: number): Buffer => {
      const known = expect.get(value) ?? (value === 0 ? Buffer.alloc(BLOCK) : block(value));
      expect.set(value, known);
      return known;
    };
    for (const { id, content } of this.model.volumes) {
      const file = readFileSync(join(this.dir, 'ebs', 'volumes', `${id}.raw`));
      assert.equal(file.length, BLOCKS * BLOCK);
      for (const [at, value] of content.entries()) {
        assert.ok(file.subarray(at * BLOCK, (at + 1) * BLOCK).equals(wanted(value)), `block ${at} of ${id}`);
      }
    }
    const data = Buffer.alloc(BLOCK);
    for (const { id, content } of this.model.snapshots) {
      for (const [at, value] of content.entries()) {
        const ref = manifests.ref(id, at);
        assert.equal(ref !== 0, value !== 0, `block ${at} of ${id} is ${value}`);
        if (ref === 0) continue;
        blocks.read(manifests.deltaName(ref), at, data);
        assert.ok(data.equals(wanted(value)), `block ${at} of ${id}`);
      }
    }
    for (const first of this.model.snapshots) {
      for (const second of this.model.snapshots) {
        if (first.lineage !== second.lineage) continue;
        const listed = new Map([...changedBlocks(manifests, first.id, second.id, 0)].map((one) => [one.index, one]));
        for (let at = 0; at < BLOCKS; at++) {
          const [before, after] = [first.content[at] ?? 0, second.content[at] ?? 0];
          const one = listed.get(at);
          if (before !== after) assert.ok(one, `block ${at} of ${first.id} and ${second.id} is missing`);
          if (before === 0 && after === 0) assert.equal(one, undefined);
          if (one) assert.deepEqual([one.inFirst, one.inSecond], [before !== 0, after !== 0]);
        }
        if (first === second) assert.equal(listed.size, 0);
      }
    }
  }

  async end(): Promise<void> {
    for (const { id } of this.model.snapshots) this.storage.manifests.release(id, id);
    for (const { id } of this.model.volumes) await this.storage.volumes.remove(id);
    this.storage.manifests.collect();
    const left = [...this.#store.table('ebs.manifests').entries(), ...this.#store.table('ebs.deltas').entries()];
    assert.deepEqual(left, [], 'nothing is left over');
    await this.storage.close();
    await this.#store.close();
    rmSync(this.dir, { recursive: true, force: true });
  }
}

const runs = Number(process.env.RUNS ?? 8);

const explore = (value: (random: () => number) => number, exact: boolean): Promise<void> =>
  fc.assert(
    fc.asyncProperty(fc.array(command, { minLength: 5, maxLength: 40 }), async (commands) => {
      const world = new World();
      let count = 0;
      world.newVolume();
      for (const step of commands) await world.run(step, () => value(() => ++count));
      world.check();
      if (exact) checkExact(world);
      await world.end();
    }),
    { numRuns: runs },
  );

/** Where no data ever repeats, the list of changed blocks is the truth, not only more than it. */
const checkExact = ({ model, storage }: World): void => {
  for (const first of model.snapshots) {
    for (const second of model.snapshots.filter(({ lineage }) => lineage === first.lineage)) {
      const listed = [...changedBlocks(storage.manifests, first.id, second.id, 0)].map((one) => one.index);
      const truth = first.content.flatMap((value, at) => (value === second.content[at] ? [] : [at]));
      assert.deepEqual(listed, truth, `${first.id} and ${second.id}`);
    }
  }
};

test('volumes, snapshots and changed blocks are what a model says, where no data repeats', () =>
  explore((next) => next(), true));

test('and where the same data is written again, nothing changed is missing', () =>
  explore(() => randomBytes(1).readUInt8() % 4, false));
