import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, renameSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { BLOCK_BYTES } from '../../library/block.ts';
import { latestGeneration, publishCondemned } from '../../library/condemned.ts';
import { importBlocks } from '../../library/import-blocks.ts';
import { type ImportOptions, importVolume } from '../../library/import-volume.ts';
import type { Library } from '../../library/library.ts';
import { listPoints } from '../../library/recovery-point.ts';
import { startTaskThreads, type TaskThread, type TaskThreads } from '../../library/task-threads.ts';
import type { ImportTask } from '../../library/thread-messages.ts';
import { block, openTestLibrary } from './backup.ts';
import { MemoryStore } from './memory-store.ts';

const folder = mkdtempSync(join(tmpdir(), 'import-'));
after(() => rmSync(folder, { recursive: true }));
const DAY = 86_400_000;

/** 10 blocks and a bit. */
const image = (name: string): string => {
  const path = join(folder, name);
  writeFileSync(path, Buffer.concat([...Array.from({ length: 10 }, (_, at) => block(`${at}`)), Buffer.from('end')]));
  return path;
};

interface Around {
  readonly before?: () => void;
  readonly after?: () => void;
  /** Ends without having done anything. */
  readonly idle?: boolean;
}

/** One "thread" that is this one. */
const threadOf = (library: Library, { before, after, idle }: Around): TaskThreads => {
  const run = async (task: ImportTask) => {
    before?.();
    const result = await importBlocks(library, idle ? { ...task, blocks: { from: 0, to: 0 } } : task);
    after?.();
    return result;
  };
  return {
    threads: [{ run } as unknown as TaskThread],
    share: () => undefined,
    close: async () => undefined,
  };
};

const importIt = (library: Library, path: string, around: Around, more: Partial<ImportOptions> = {}) =>
  importVolume(library, {
    ...{ path, recoveryPointId: 'rp-1', volumeId: 'vol-1', requestedBy: 'test', random: Math.random },
    threads: threadOf(library, around),
    signal: new AbortController().signal,
    ...more,
  });

const pointsIn = async (library: Library): Promise<string[]> => {
  const ids: string[] = [];
  for await (const id of listPoints(library)) ids.push(id);
  return ids;
};

describe('an import makes a recovery point of the whole image of one moment, or none', () => {
  const changes: readonly [string, (path: string) => void][] = [
    ['shorter', (path) => truncateSync(path, 3 * BLOCK_BYTES)],
    ['longer', (path) => appendFileSync(path, 'more')],
    [
      'another file',
      (path) => {
        renameSync(image('other'), path);
      },
    ],
    ['gone', (path) => rmSync(path)],
    [
      'written, with its time set back',
      (path) => {
        const before = new Date(1_000_000_000_000);
        writeFileSync(path, 'x', { flag: 'r+' });
        utimesSync(path, before, before);
      },
    ],
  ];
  for (const [what, change] of changes) {
    for (const when of ['before', 'after'] as const) {
      it(`none if it is ${what} ${when === 'before' ? 'when a thread opens it' : 'when it has been read'}`, async () => {
        const library = await openTestLibrary(new MemoryStore());
        const path = image('disk.img');
        const expected = what === 'gone' && when === 'before' ? { code: 'ENOENT' } : { name: 'ImageChanged' };
        await assert.rejects(importIt(library, path, { [when]: () => change(path) }), expected);
        assert.deepEqual(await pointsIn(library), []);
      });
    }
  }

  it('none if a thread ends early and says nothing', async () => {
    const library = await openTestLibrary(new MemoryStore());
    await assert.rejects(importIt(library, image('disk.img'), { idle: true }), /0 of 11 blocks were read/);
    assert.deepEqual(await pointsIn(library), []);
  });

  it('none if there is no thread', async () => {
    for (const count of [0, -1, 1.5, Number.NaN])
      assert.throws(() => startTaskThreads(() => assert.fail('started'), count), RangeError);
    const library = await openTestLibrary(new MemoryStore());
    const threads = { threads: [], share: () => undefined, close: async () => undefined };
    await assert.rejects(importIt(library, image('disk.img'), {}, { threads }), /0 of 11 blocks/);
  });

  it('none of a device, whose writes cannot be told', async () => {
    const library = await openTestLibrary(new MemoryStore());
    await assert.rejects(importIt(library, '/dev/null', {}), /no regular file/);
  });
});

describe('an import that slept while the library was pruned', () => {
  const pruned = async ({ windowMs, sleptMs, times = 1 }: { windowMs: number; sleptMs: number; times?: number }) => {
    const store = new MemoryStore();
    let now = 1_000_000_000_000;
    const opened = await openTestLibrary(store);
    const library: Library = { ...opened, now: () => now };
    const condemn = async (): Promise<void> => {
      const generation = (await latestGeneration(store)) + 1;
      await publishCondemned(library, {
        ...{ generation, publishedAt: now, deleteNotBefore: now + windowMs },
        ...{ packs: [], pages: [], points: [] },
      });
    };
    const result = importIt(
      library,
      image('disk.img'),
      {},
      {
        threads: {
          ...threadOf(library, {}),
          threads: [
            {
              run: async (task: ImportTask) => {
                const done = await importBlocks(library, task);
                for (let time = 0; time < times; time++) await condemn();
                now += sleptMs;
                return done;
              },
            } as unknown as TaskThread,
          ],
        },
      },
    );
    return { library, result };
  };

  it('makes no recovery point once what was condemned may be deleted, or about to be', async () => {
    for (const sleptMs of [8 * DAY, 7 * DAY - 60_000]) {
      const { library, result } = await pruned({ windowMs: 7 * DAY, sleptMs });
      await assert.rejects(result, { name: 'LibraryPruned' });
      assert.deepEqual(await pointsIn(library), []);
    }
  });

  it('nor if more than one prune went by', async () => {
    const { result } = await pruned({ windowMs: 7 * DAY, sleptMs: 0, times: 2 });
    await assert.rejects(result, { name: 'LibraryPruned' });
  });

  it('goes on as long as that waits', async () => {
    const { library, result } = await pruned({ windowMs: 7 * DAY, sleptMs: 6 * DAY });
    await result;
    assert.deepEqual(await pointsIn(library), ['rp-1']);
  });
});
