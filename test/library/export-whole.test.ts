import assert from 'node:assert/strict';
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { createDiskStore } from '../../adapters/disk/disk-store.ts';
import { startLibraryThread } from '../../cli/library-thread.ts';
import { catVolume } from '../../library/export-volume.ts';
import type { Library } from '../../library/library.ts';
import { startTaskThreads, type TaskThread, type TaskThreads } from '../../library/task-threads.ts';
import type { ThreadTask } from '../../library/thread-messages.ts';
import type { VolumeMap } from '../../library/volume-map.ts';
import { backUp, block, openTestLibrary } from './backup.ts';

const BLOCKS = 300;
let folder = '';
let library: Library;
let map: VolumeMap;
let threads: TaskThreads;
const { signal } = new AbortController();

describe('a volume comes out of a library whole, or with an error', () => {
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'export-'));
    library = await openTestLibrary(createDiskStore({ folder, sync: false }));
    const blocks = new Map(Array.from({ length: BLOCKS }, (_, at) => [at, block(`${at}`)]));
    map = await backUp(library, { point: 'rp-1', sizeBytes: BLOCKS * 524_288, blocks });
    threads = startTaskThreads(() => startLibraryThread({ kind: 'disk', folder }), 2);
  });
  after(async () => {
    await threads.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('what the system says of a full disk comes through from the thread that met it', async () => {
    const fd = openSync('/dev/full', 'w');
    try {
      await assert.rejects(catVolume(library, map, { threads, target: { kind: 'file', fd }, signal }), {
        code: 'ENOSPC',
        message: /no space left/,
      });
    } finally {
      closeSync(fd);
    }
  });

  it('the map goes to each thread once, however many runs there are', async () => {
    const shared: unknown[] = [];
    const tasks: ThreadTask[] = [];
    const watched: TaskThreads = {
      ...threads,
      threads: threads.threads.map((thread) => ({
        run: (task) => {
          tasks.push(task);
          return thread.run(task);
        },
      })),
      share: (...what) => {
        shared.push(what[1]);
        threads.share(...what);
      },
    };
    let bytes = 0;
    const write = async (part: Uint8Array): Promise<void> => {
      bytes += part.length;
    };
    const { blocks } = await catVolume(library, map, { threads: watched, target: { kind: 'stream', write }, signal });
    assert.deepEqual([blocks, bytes], [BLOCKS, map.sizeBytes]);
    assert.deepEqual(shared, [{ map, keepGoing: false }]);
    assert.equal(tasks.length, Math.ceil(BLOCKS / 16));
    assert.ok(tasks.every((task) => !('map' in task)));
  });

  it('threads that do nothing are noticed, in a file and in a stream', async () => {
    const idle: TaskThread = { run: async () => ({ blocks: 0, lost: [] }) as never };
    const lazy = { ...threads, threads: [idle], share: () => undefined };
    const write = async (): Promise<void> => undefined;
    for (const target of [
      { kind: 'file', fd: -1 },
      { kind: 'stream', write },
    ] as const)
      await assert.rejects(catVolume(library, map, { threads: lazy, target, signal }), /0 of 300 blocks were written/);
    const none = { ...threads, threads: [], share: () => undefined };
    await assert.rejects(
      catVolume(library, map, { threads: none, target: { kind: 'stream', write }, signal }),
      /0 of 157286400 bytes were written/,
    );
  });
});
