import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import {
  BLOCK,
  hashOfFile,
  hashOfSnapshot,
  listBlocks,
  newSnapshot,
  newVolume,
  startTestCloud,
  type TestCloud,
} from './cloud.ts';

let t: TestCloud;
before(async () => {
  t = await startTestCloud();
});
after(() => t.stop());

test('what EBS direct delivers has the same SHA-256 as the raw volume file, holes included', async () => {
  const ec2 = t.ec2();
  const id = await newVolume(ec2);
  const file = join(t.dataDir, 'ebs', 'volumes', `${id}.raw`);
  assert.equal(statSync(file).size, 2 ** 30);
  await t.control('PUT', `/volumes/${id}/data?offset=0`, randomBytes(3 * BLOCK));
  await t.control('PUT', `/volumes/${id}/data?offset=${100 * BLOCK + 777}`, randomBytes(1000));
  await t.control('PUT', `/volumes/${id}/data?offset=${2 ** 30 - 5}`, Buffer.from('tail!'));
  await t.control('PUT', `/volumes/${id}/data?offset=${50 * BLOCK}`, Buffer.alloc(4 * BLOCK));
  await t.control('POST', `/volumes/${id}/discard?offset=${BLOCK}&length=${BLOCK}`);
  const snapshot = await newSnapshot(ec2, id);
  const ebs = t.ebs();
  assert.deepEqual([...(await listBlocks(ebs, snapshot)).keys()], [0, 2, 100, 2047]);
  const truth = await hashOfFile(file);
  assert.equal(await hashOfSnapshot(ebs, snapshot, 1), truth);
  assert.ok(statSync(file).blocks * 512 <= 4 * BLOCK, 'zeros and discarded blocks take no room');

  const restored = await newVolume(ec2, { SnapshotId: snapshot, Size: 2 });
  const copy = join(t.dataDir, 'ebs', 'volumes', `${restored}.raw`);
  assert.equal(statSync(copy).size, 2 ** 31);
  const data = await t.control('GET', `/volumes/${restored}/data?offset=${100 * BLOCK}&length=${BLOCK}`);
  assert.deepEqual(data, await t.control('GET', `/volumes/${id}/data?offset=${100 * BLOCK}&length=${BLOCK}`));
});
