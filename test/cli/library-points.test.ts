import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type Library, openLibrary } from '../../library/library.ts';
import { writePoint } from '../../library/recovery-point.ts';
import { assembleMap } from '../../library/volume-map.ts';
import { createDiskLibrary, type DiskLibrary } from './disk-library.ts';

const BLOCK = 524_288;
const content = randomBytes(3 * BLOCK);
let disk: DiskLibrary;

/** Of an instance with two volumes, without data. */
const backUp = async (
  library: Library,
  recoveryPointId: string,
  createdAt: string,
  instance: Record<string, string>,
) => {
  const volumes = [];
  for (const [volumeId, sizeBytes] of [
    ['vol-a', 8 * BLOCK],
    ['vol-b', 2 * BLOCK],
  ] as const) {
    const pages = [{ page: 0, id: 'zero', dataBlocks: 0 }];
    const lineage = { snapshotId: 'snap-1' };
    const { seal } = await assembleMap(library, { recoveryPointId, volumeId, sizeBytes, pages, lineage });
    volumes.push({ volumeId, sizeBytes, mapSeal: seal });
  }
  await writePoint(library, { recoveryPointId, kind: 'backup-copy', createdAt, volumes, instance, tags: {} });
};

describe('with the recovery key alone, somebody finds out what is in a library, and reads it', () => {
  before(async () => {
    disk = await createDiskLibrary(content);
    const { store, keys } = disk;
    const library = openLibrary({ store, keys, random: randomBytes, now: Date.now });
    await backUp(library, 'rp-older', '2026-03-01T08:00:00.000Z', { instanceId: 'i-0b', name: 'db\u001b[2J' });
    await backUp(library, 'rp-newer', '2026-03-02T08:00:00.000Z', { instanceId: 'i-0a' });
  });
  after(() => disk.remove());

  test('newest first, as a table and as JSON; of one instance where that is asked', async () => {
    const { recoveryPointId } = await disk.importIt();
    const [table, json, one] = await Promise.all([
      disk.holdfast('points'),
      disk.holdfast('points', '--json'),
      disk.holdfast('points', '--instance', 'i-0b', '--json'),
    ]);
    assert.equal(table.code, 0, table.err);
    const lines = table.out.trimEnd().split('\n');
    assert.match(lines[0] ?? '', /RECOVERY POINT +INSTANCE +NAME +TAKEN +KIND +VOLUMES/);
    assert.match(lines[1] ?? '', new RegExp(`^${recoveryPointId} .* streaming +vol-00000000 \\(1\\.5 MiB\\)$`));
    assert.match(
      lines[2] ?? '',
      /^rp-newer +i-0a +2026-03-02 08:00 UTC +backup-copy +vol-a \(4 MiB\), vol-b \(1 MiB\)$/,
    );
    assert.match(lines[3] ?? '', /^rp-older +i-0b +db +2026-03-01/);
    const { points, unreadable } = JSON.parse(json.out);
    assert.deepEqual(
      points.map((point: { recoveryPointId: string }) => point.recoveryPointId),
      [recoveryPointId, 'rp-newer', 'rp-older'],
    );
    assert.deepEqual(unreadable, []);
    assert.deepEqual(points[1], {
      ...{ recoveryPointId: 'rp-newer', instanceId: 'i-0a', takenAt: '2026-03-02T08:00:00.000Z', kind: 'backup-copy' },
      volumes: [
        { volumeId: 'vol-a', sizeBytes: 8 * BLOCK },
        { volumeId: 'vol-b', sizeBytes: 2 * BLOCK },
      ],
    });
    assert.equal(JSON.parse(one.out).points[0].recoveryPointId, 'rp-older');
    assert.equal(JSON.parse(one.out).points.length, 1);
    const target = join(disk.folder, 'read');
    const { code, err } = await disk.holdfast('cat', points[0].recoveryPointId, '-o', target);
    assert.equal(code, 0, err);
    assert.ok(readFileSync(target).equals(content));
  });

  test('one that is damaged hides no other, and neither does a lost index', async () => {
    const place = join(disk.library, 'points', 'rp-newer');
    const bytes = readFileSync(place);
    bytes[100] = (bytes[100] as number) ^ 1;
    rmSync(place);
    writeFileSync(place, bytes);
    for (const name of readdirSync(join(disk.library, 'index')))
      writeFileSync(join(disk.library, 'index', name), 'nothing');
    const { code, out, err } = await disk.holdfast('points');
    assert.equal(code, 1);
    assert.match(out, /rp-older/);
    assert.doesNotMatch(out, /rp-newer/);
    assert.match(err, /1 recovery point cannot be read:\n {2}\s*rp-newer: point points\/rp-newer is damaged/);
  });
});
