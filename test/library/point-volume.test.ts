import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readMapOfPoint } from '../../library/point-volume.ts';
import { assembleMap } from '../../library/volume-map.ts';
import { backUp, block, openTestLibrary } from './backup.ts';
import { MemoryStore } from './memory-store.ts';

const sizeBytes = 4 * 524_288;

describe('a restore reads the map that the recovery point names', () => {
  it('and no other that is whole in itself, put under its name', async () => {
    const store = new MemoryStore();
    const library = await openTestLibrary(store);
    const map = await backUp(library, { point: 'rp-1', sizeBytes, blocks: new Map([[1, block('a')]]) });
    assert.deepEqual(await readMapOfPoint(library, 'rp-1', 'vol-1'), map);
    store.objects.delete('maps/rp-1/vol-1');
    const pages = [{ page: 0, id: 'zero', dataBlocks: 0 }];
    const lineage = { snapshotId: 'snap-rp-1' };
    await assembleMap(library, { recoveryPointId: 'rp-1', volumeId: 'vol-1', sizeBytes, pages, lineage });
    await assert.rejects(readMapOfPoint(library, 'rp-1', 'vol-1'), {
      name: 'CorruptObject',
      message: /not the one that its recovery point names/,
    });
  });

  it('and says if it has no such volume, or is not there', async () => {
    const library = await openTestLibrary(new MemoryStore());
    await backUp(library, { point: 'rp-1', sizeBytes, blocks: new Map() });
    await assert.rejects(readMapOfPoint(library, 'rp-1', 'vol-2'), {
      name: 'MissingObject',
      message: /no such volume/,
    });
    await assert.rejects(readMapOfPoint(library, 'rp-2', 'vol-1'), { name: 'MissingObject' });
  });
});
