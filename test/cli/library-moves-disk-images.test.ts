import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createS3ObjectStore } from '../../adapters/aws/s3-object-store.ts';
import { createDiskStore } from '../../adapters/disk/disk-store.ts';
import type { ObjectStore } from '../../core/ports/object-store.ts';
import { createRecoveryKeyPair } from '../../library/recovery-key.ts';
import { createTenantKeys } from '../../library/tenant-keys.ts';
import { createLocalKeyWrapper } from '../library/local-key-wrapper.ts';
import { startLocalS3 } from '../library/local-s3.ts';
import { type CliResult, runCli } from './run-cli.ts';

const PROGRAM = fileURLToPath(new URL('../../cli/holdfast.ts', import.meta.url));
const BLOCK = 524_288;
/** A hole of 40 MiB in the middle, and an end that is no whole block. */
const IMAGE_BYTES = 96 * BLOCK + 12_345;
const recovery = createRecoveryKeyPair(randomBytes);

let folder = '';
let library = '';
let image = '';
let content = Buffer.alloc(0);

const holdfast = (args: readonly string[], env: Record<string, string> = {}): Promise<CliResult> =>
  runCli(['library', ...args], {
    env: { HOLDFAST_LIBRARY: library, HOLDFAST_RECOVERY_KEY: recovery.privateKey, ...env },
  });

const setUp = (store: ObjectStore): Promise<unknown> =>
  createTenantKeys({
    ...{ store, wrapper: createLocalKeyWrapper('test'), recoveryPublicKey: recovery.publicKey },
    ...{ tenant: 'hv-00000001', library: 'lib-1', random: randomBytes },
  });

/** Through a shell, which opens the file. */
const shell = (command: string): Promise<number | null> =>
  new Promise((resolve) => {
    const env = { ...process.env, HOLDFAST_LIBRARY: library, HOLDFAST_RECOVERY_KEY: recovery.privateKey };
    const child = spawn('/bin/sh', ['-c', command], { env, stdio: ['ignore', 'ignore', 'inherit'] });
    child.once('exit', resolve);
  });

const importIt = async (...more: string[]): Promise<Record<string, unknown> & { recoveryPointId: string }> => {
  const { code, out, err } = await holdfast(['import', image, '--json', ...more]);
  assert.equal(code, 0, err);
  return JSON.parse(out);
};

describe('a disk image goes into a library and comes out again, with the recovery key alone', () => {
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-library-'));
    library = join(folder, 'library');
    image = join(folder, 'disk.img');
    content = Buffer.alloc(IMAGE_BYTES);
    const data = randomBytes(8 * BLOCK);
    data.copy(content, 0);
    content.fill('a line of text\n', 8 * BLOCK, 16 * BLOCK);
    randomBytes(5_000).copy(content, IMAGE_BYTES - 6_000);
    const fd = openSync(image, 'w');
    writeSync(fd, content.subarray(0, 16 * BLOCK), 0, 16 * BLOCK, 0);
    writeSync(fd, content.subarray(-6_000), 0, 6_000, IMAGE_BYTES - 6_000);
    closeSync(fd);
    await setUp(createDiskStore({ folder: library, sync: false }));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  test('to a file of its own, sparse; to a redirected one, a pipe and the end of a file, with the zeros', async () => {
    const { recoveryPointId, dataBlocks } = await importIt();
    assert.equal(dataBlocks, 17);
    const cat = `${process.execPath} ${PROGRAM} library cat ${recoveryPointId}`;
    const [redirected, own, piped, appended] = ['redirected', 'own', 'piped', 'appended'].map((name) =>
      join(folder, name),
    ) as [string, string, string, string];
    writeFileSync(appended, 'before');
    const codes = [
      await shell(`${cat} > ${redirected}`),
      await shell(`${cat} -o ${own}`),
      await shell(`${cat} vol-00000000 | cat > ${piped}`),
      await shell(`${cat} >> ${appended}`),
    ];
    assert.deepEqual(codes, [0, 0, 0, 0]);
    for (const path of [redirected, own, piped]) assert.ok(readFileSync(path).equals(content), path);
    assert.ok(readFileSync(appended).equals(Buffer.concat([Buffer.from('before'), content])));
    assert.ok(statSync(own).blocks * 512 < 18 * BLOCK, 'it has holes');
  });

  test('the same image again stores nothing but a map and a point; a fresh reader reads it', async () => {
    const first = await importIt();
    const again = await importIt('--parent', first.recoveryPointId, '--threads', '1');
    const { sameAsParent, stored, zero } = again.counters as Record<string, number>;
    assert.deepEqual([sameAsParent, stored, zero], [17, 0, 80]);
    assert.equal(statSync(image).size, (again as { imageBytes?: number }).imageBytes);
  });

  test('what was written is read back before it counts: a sample, or all of it, and the point says which', async () => {
    const [sample, full] = [await importIt(), await importIt('--verify', 'full')];
    const { at, ...sampled } = sample.verification as Record<string, unknown>;
    assert.deepEqual(sampled, { blocks: 16, depth: 'sample' });
    assert.ok(Math.abs(Date.now() - Date.parse(String(at))) < 60_000, String(at));
    const { blocks, depth } = full.verification as Record<string, unknown>;
    assert.deepEqual({ blocks, depth }, { blocks: 17, depth: 'full' });
    const shown = await holdfast(['import', image, '--verify', 'full']);
    assert.match(shown.out, /Verified\s+all: 17 blocks read back/);
    const wrong = await holdfast(['import', image, '--verify', 'none']);
    assert.equal(wrong.code, 2, wrong.err);
  });

  test('what cannot be is said, with what there is instead', async () => {
    const [key, point, volume, place, exists] = await Promise.all([
      holdfast(['cat', 'rp-1'], { HOLDFAST_RECOVERY_KEY: createRecoveryKeyPair(randomBytes).privateKey }),
      holdfast(['cat', 'rp-00000000']),
      importIt().then(({ recoveryPointId }) => holdfast(['cat', recoveryPointId, 'vol-x'])),
      holdfast(['cat', 'rp-1'], { HOLDFAST_LIBRARY: join(folder, 'nowhere') }),
      holdfast(['cat', (await importIt()).recoveryPointId, '-o', image]),
    ]);
    for (const { code, out } of [key, point, volume, place, exists]) assert.deepEqual([code, out], [2, '']);
    assert.match(key.err, /sealed for another recovery key/);
    assert.match(point.err, /no recovery point rp-00000000[\s\S]*It has \d+: holdfast library points/);
    assert.match(volume.err, /no volume vol-x[\s\S]*vol-00000000/);
    assert.match(exists.err, /disk\.img cannot be made/);
    assert.match(place.err, /no library was set up here/);
  });

  test('a damaged pack ends it and leaves no file; --keep-going writes what is left and tells what is not', async () => {
    const { recoveryPointId } = await importIt();
    const packs = join(library, 'packs');
    for (const name of readdirSync(packs, { recursive: true, withFileTypes: true })) {
      if (!name.isFile()) continue;
      const path = join(name.parentPath, name.name);
      const bytes = readFileSync(path);
      bytes[1_000] = (bytes[1_000] as number) ^ 1;
      rmSync(path);
      writeFileSync(path, bytes);
    }
    const target = join(folder, 'damaged');
    const refused = await holdfast(['cat', recoveryPointId, '-o', target]);
    assert.equal(refused.code, 1, refused.err);
    assert.match(refused.err, /CorruptObject/);
    assert.equal(statSync(target, { throwIfNoEntry: false }), undefined);
    const kept = await holdfast(['cat', recoveryPointId, '-o', target, '--keep-going']);
    assert.equal(kept.code, 1);
    assert.match(kept.err, /could not be read and are zero/);
    assert.equal(statSync(target).size, IMAGE_BYTES);
    const read = readFileSync(target);
    const blockOf = (bytes: Buffer, at: number): Buffer => bytes.subarray(at * BLOCK, (at + 1) * BLOCK);
    const differs = Array.from({ length: 96 }, (_, at) => at).filter(
      (at) => !blockOf(read, at).equals(blockOf(content, at)),
    );
    assert.ok(differs.length >= 1 && differs.length <= 2, `${differs}`);
    // known blocks are not written again: only who reads all of them back finds what happened to them
    const points = readdirSync(join(library, 'points'));
    const found = await holdfast(['import', image, '--verify', 'full']);
    assert.equal(found.code, 1, found.out);
    assert.match(found.err, /CorruptObject/);
    assert.deepEqual(readdirSync(join(library, 'points')), points, 'and there is no recovery point of it');
  });

  test('in a bucket too, with the AWS credentials of whoever runs the command', async (t) => {
    const cloud = await startLocalS3();
    t.after(() => cloud.close());
    const bucket = await cloud.bucket('backups', true);
    const { endpoint, region } = cloud.place;
    const store = createS3ObjectStore({ client: cloud.client(), bucket, prefix: 'tenants/hv-1' });
    await setUp(store);
    const { accessKeyId, secretAccessKey } = cloud.place.credentials();
    const env = {
      ...{ HOLDFAST_LIBRARY: `s3://${bucket}/tenants/hv-1`, AWS_REGION: region, AWS_ENDPOINT_URL: endpoint },
      ...{ AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey },
    };
    const imported = await holdfast(['import', image, '--json'], env);
    assert.equal(imported.code, 0, imported.err);
    const target = join(folder, 'from-bucket');
    const read = await holdfast(['cat', JSON.parse(imported.out).recoveryPointId, '-o', target], env);
    assert.equal(read.code, 0, read.err);
    assert.ok(readFileSync(target).equals(content));
  });
});
