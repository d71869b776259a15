import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { openLibrary } from '../../library/library.ts';
import { assembleMap } from '../../library/volume-map.ts';
import { createDiskLibrary, type DiskLibrary } from './disk-library.ts';
import { runCli } from './run-cli.ts';

const BLOCK = 524_288;
/** Longer than a pipe holds and a run is. */
const content = Buffer.concat([randomBytes(4 * BLOCK), Buffer.alloc(20 * BLOCK, 'text\n'), randomBytes(1_000)]);
let disk: DiskLibrary;
let point = '';

const read = (name: string): Buffer => readFileSync(join(disk.folder, name));

/** `ulimit -f` counts in 512 bytes; ignored, its signal becomes what a write answers, as a full disk does. */
const LIMITED = "trap '' XFSZ; ulimit -f 4096;";

describe('what keeps an image from coming or going whole is told, and ends with a code of its own', () => {
  before(async () => {
    disk = await createDiskLibrary(content);
    point = (await disk.importIt()).recoveryPointId;
  });
  after(() => disk.remove());

  test('no thread, or too many: nothing is done', async () => {
    for (const threads of ['0', '257', '-1', '1.5']) {
      const { code, out, err } = await disk.holdfast('cat', point, `--threads=${threads}`);
      assert.deepEqual([code, out], [2, ''], err);
      assert.match(err, /--threads/);
    }
    const points = readdirSync(join(disk.library, 'points')).length;
    assert.equal((await disk.holdfast('import', disk.image, '--threads', '0')).code, 2);
    assert.equal(readdirSync(join(disk.library, 'points')).length, points);
  });

  test('a full disk under stdout, whether it takes a part or nothing', async () => {
    const limited = await disk.shell(`${LIMITED} echo first > limited; holdfast library cat ${point} >> limited`);
    assert.equal(limited.code, 1, limited.err);
    assert.match(limited.err, /EFBIG[\s\S]*write elsewhere/);
    const full = await disk.shell(`holdfast library cat ${point} > /dev/full`);
    assert.equal(full.code, 1, full.err);
    assert.match(full.err, /ENOSPC[\s\S]*Make room/);
    for (const { err } of [limited, full]) assert.doesNotMatch(err, /fault of holdfast|\.ts:\d/);
  });

  test('a full disk under --output, which leaves no file behind', async () => {
    const { code, err } = await disk.shell(`${LIMITED} holdfast library cat ${point} -o never`);
    assert.equal(code, 1, err);
    assert.match(err, /EFBIG[\s\S]*write elsewhere/);
    assert.equal(statSync(join(disk.folder, 'never'), { throwIfNoEntry: false }), undefined);
  });

  test('text that cannot be written to stdout: one line, no stack', async () => {
    const { code, err } = await disk.shell('holdfast permissions print > /dev/full');
    assert.equal(code, 1);
    assert.match(err, /^Error: ENOSPC\n {2}stdout cannot be written: [^\n]*\n$/);
  });

  test('a reader that goes away in the middle of an image; one of text may', async () => {
    const cut = await disk.shell(`{ holdfast library cat ${point}; echo $? > code; } | head -c 1000 > /dev/null`);
    assert.match(cut.err, /Stopped[\s\S]*the reader closed/);
    assert.equal(read('code').toString(), '1\n');
    rmSync(join(disk.folder, 'code'));
    await disk.shell('{ holdfast permissions print; echo $? > code; } | true; while [ ! -s code ]; do sleep 0.1; done');
    assert.equal(read('code').toString(), '0\n');
  });

  test('what is written to the same file after it stands after it', async () => {
    const { code, err } = await disk.shell(`{ holdfast library cat ${point}; printf done; } > both`);
    assert.equal(code, 0, err);
    assert.ok(read('both').equals(Buffer.concat([content, Buffer.from('done')])));
  });

  test('a parent that is no id, is not there, or has another volume', async () => {
    const parents = [
      ['RP_1!', /no recovery point RP_1!/],
      ['rp-00000000', /no recovery point rp-00000000[\s\S]*holdfast library points/],
    ] as const;
    for (const [parent, message] of parents) {
      const { code, err } = await disk.holdfast('import', disk.image, '--parent', parent);
      assert.equal(code, 2, err);
      assert.match(err, message);
      assert.match(err, /Field:\s+--parent/);
      assert.doesNotMatch(err, /keep-going/);
    }
    const other = await disk.holdfast('import', disk.image, '--parent', point, '--volume', 'vol-2');
    assert.equal(other.code, 2);
    assert.match(other.err, /no volume vol-2[\s\S]*--parent[\s\S]*vol-00000000/);
  });

  test('a map of older times under its name, which is whole in itself', async () => {
    const { recoveryPointId } = await disk.importIt();
    rmSync(join(disk.library, 'maps', recoveryPointId, 'vol-00000000'));
    const { store, keys } = disk;
    await assembleMap(openLibrary({ store, keys, random: randomBytes, now: Date.now }), {
      ...{ recoveryPointId, volumeId: 'vol-00000000', sizeBytes: 25 * BLOCK, lineage: { snapshotId: 'imported' } },
      pages: [{ page: 0, id: 'zero', dataBlocks: 0 }],
    });
    const { code, err } = await disk.holdfast('cat', recoveryPointId, '-o', join(disk.folder, 'older'));
    assert.equal(code, 1);
    assert.match(err, /CorruptObject[\s\S]*not the one that its recovery point names/);
    assert.equal(statSync(join(disk.folder, 'older'), { throwIfNoEntry: false }), undefined);
  });

  test('a device as an image', async () => {
    const { code, err } = await disk.holdfast('import', '/dev/null');
    assert.equal(code, 2);
    assert.match(err, /is no file/);
  });
});

test('without a library, the command says which option is missing', async () => {
  const { code, err } = await runCli(['library', 'points']);
  assert.equal(code, 2);
  assert.match(err, /--library/);
});
