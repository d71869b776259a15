import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { importVolume } from '../../library/import-volume.ts';
import { readMap } from '../../library/volume-map.ts';
import { backUp, block, openTestLibrary } from './backup.ts';
import { MemoryStore } from './memory-store.ts';
import { watchedStore } from './watched-store.ts';

const folder = mkdtempSync(join(tmpdir(), 'import-'));
after(() => rmSync(folder, { recursive: true }));

describe('an import of 1 TiB in which nothing has changed', () => {
  it('starts no thread, and its calls do not depend on the size', async () => {
    const calls: string[] = [];
    const store = watchedStore(new MemoryStore(), (call, key, when) => {
      if (when === 'before') calls.push(`${call} ${key.split('/')[0]}`);
    });
    const library = await openTestLibrary(store);
    const sizeBytes = 2 ** 40;
    const before = await backUp(library, {
      point: 'rp-1',
      volumeId: 'vol-1',
      sizeBytes,
      blocks: new Map([[7, block('a')]]),
    });
    const path = join(folder, 'disk.img');
    writeFileSync(path, '');
    truncateSync(path, sizeBytes);
    calls.length = 0;
    await importVolume(library, {
      path,
      recoveryPointId: 'rp-2',
      volumeId: 'vol-1',
      parent: before,
      changed: [],
      threads: { threads: [], share: () => undefined, close: async () => undefined },
      requestedBy: 'test',
      random: Math.random,
      signal: new AbortController().signal,
    });
    assert.deepEqual((await readMap(library, 'rp-2', 'vol-1')).pages, before.pages);
    assert.deepEqual(
      calls.filter((call) => call.startsWith('putNew')),
      ['putNew maps', 'putNew points'],
    );
    assert.ok(calls.length <= 16, calls.join('\n'));
  });
});
