import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createDiskStore } from '../../adapters/disk/disk-store.ts';
import { LibraryFull } from '../../core/domain/errors.ts';
import { backUp, difference, openTestLibrary, restore } from './backup.ts';
import { seededRandom } from './seeded-random.ts';

const sizeBytes = 2 ** 30;
const random = seededRandom('a full disk');
/** Nothing of it is the same or can be compressed. */
const data = (blocks: number): Map<number, Buffer> =>
  new Map(Array.from({ length: blocks }, (_, at) => [at * 7, Buffer.from(random(524_288))]));

const PASSES = 20;
const KEPT = data(2);
/** 8 MiB in packs of 1 MiB. */
const MORE = data(16);
const MIB = 1_048_576;

const mount = (...args: string[]): boolean => spawnSync('mount', args).status === 0;

test('a disk that fills up at any moment of a backup ends it by name and harms no point; with room again it goes through', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-full-disk-'));
  if (!mount('-t', 'tmpfs', '-o', `size=${64 * MIB}`, 'tmpfs', folder)) {
    rmSync(folder, { recursive: true });
    return t.skip('needs the right to mount a small file system');
  }
  t.after(() => {
    spawnSync('umount', ['-l', folder]);
    rmSync(folder, { recursive: true, force: true });
  });
  const store = createDiskStore({ folder });
  const first = await openTestLibrary(store, seededRandom('first'));
  await backUp(first, { point: 'rp-kept', sizeBytes, blocks: KEPT, packBytes: MIB });
  let fullAt = 0;
  for (let pass = 0; pass < PASSES; pass++) {
    const used = Number(spawnSync('df', ['--output=used', '-B1', folder], { encoding: 'utf8' }).stdout.split('\n')[1]);
    // from nothing at all to all but the last bytes of what it takes
    const room = Math.floor((pass * 8.3 * MIB) / PASSES);
    assert.ok(mount('-o', `remount,size=${used + room}`, folder));
    const point = `rp-${pass}`;
    const blocks = new Map([...MORE].map(([at, plain]) => [at, Buffer.from(plain.map((byte) => byte ^ (pass + 1)))]));
    const attempt = await openTestLibrary(store, seededRandom(`attempt ${pass}`));
    await assert.rejects(backUp(attempt, { point, sizeBytes, blocks, packBytes: MIB }), LibraryFull, `pass ${pass}`);
    fullAt++;
    assert.deepEqual(readdirSync(join(folder, '.tmp')), [], `pass ${pass} leaves half a file`);
    const reader = await openTestLibrary(store, seededRandom(`reader ${pass}`));
    assert.equal(difference(await restore(reader, 'rp-kept'), KEPT), undefined, `after pass ${pass}`);

    assert.ok(mount('-o', `remount,size=${used + 64 * MIB}`, folder));
    const again = await openTestLibrary(store, seededRandom(`again ${pass}`));
    await backUp(again, { point, sizeBytes, blocks, packBytes: MIB });
    assert.equal(difference(await restore(again, point), blocks), undefined, point);
  }
  assert.equal(fullAt, PASSES);
});
