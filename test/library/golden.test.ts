import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createDiskStore } from '../../adapters/disk/disk-store.ts';
import { readCondemned } from '../../library/condemned.ts';
import { openLibrary } from '../../library/library.ts';
import { listPoints, readPoint } from '../../library/recovery-point.ts';
import { openTenantKeysWithRecoveryKey } from '../../library/tenant-keys.ts';
import { readMap } from '../../library/volume-map.ts';
import { openVolumeReader } from '../../library/volume-reader.ts';
import { GOLDEN, goldenVolume } from './golden-volume.ts';
import { readVolume } from './independent-reader.ts';
import { seededRandom } from './seeded-random.ts';

const folder = fileURLToPath(GOLDEN.folder);
const { tenant, library: libraryId, recoveryKey, volumeId, sizeBytes } = GOLDEN;

const assertSameBlocks = (actual: Map<number, Buffer>, expected: Map<number, Buffer>): void => {
  assert.deepEqual([...actual.keys()].sort(), [...expected.keys()].sort());
  for (const [index, plain] of expected) assert.ok(actual.get(index)?.equals(plain), `block ${index} differs`);
};

const openGolden = async () => {
  const store = createDiskStore({ folder });
  const keys = await openTenantKeysWithRecoveryKey({ store, recoveryKey, tenant, library: libraryId });
  const library = openLibrary({ store, keys, random: seededRandom('unused'), now: () => 0 });
  await library.index.refresh();
  return library;
};

for (const point of GOLDEN.points) {
  test(`today's reader restores ${point} of the golden library with the recovery key`, async () => {
    const library = await openGolden();
    const map = await readMap(library, point, volumeId);
    assert.equal(map.sizeBytes, sizeBytes);
    assert.equal((await readPoint(library, point)).volumes[0]?.mapSeal, map.seal);
    const blocks = new Map<number, Buffer>();
    for await (const { index, plain } of openVolumeReader(library, map).blocks([0, 1, 2, 3])) blocks.set(index, plain);
    assertSameBlocks(blocks, goldenVolume(point));
  });

  test(`a reader written from docs/library-format.md alone restores ${point}`, () => {
    const volume = readVolume({ folder, recoveryKey, tenant, library: libraryId, point, volume: volumeId });
    assert.equal(volume.sizeBytes, sizeBytes);
    assertSameBlocks(new Map(volume.blocks), goldenVolume(point));
  });
}

test('the golden library has two points, two keys and a condemned pack that writers treat as absent', async () => {
  const library = await openGolden();
  const points: string[] = [];
  for await (const point of listPoints(library)) points.push(point);
  assert.deepEqual(points.sort(), [...GOLDEN.points].sort());
  assert.equal(library.keys.current, 2);
  assert.equal(library.index.generation, 1);
  const condemned = await readCondemned(library, 1);
  assert.equal(condemned?.packs.length, 1);
  assert.equal(library.index.table.packs, 3);
});
