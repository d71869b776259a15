import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { StartSnapshotCommand } from '@aws-sdk/client-ebs';
import {
  CreateSnapshotCommand,
  CreateVolumeCommand,
  DescribeSnapshotsCommand,
  DescribeVolumesCommand,
  EC2Client,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2';
import { startCloud } from '../../local/cloud.ts';
import { createEbs } from '../../local/ebs/service.ts';
import { ec2Of } from '../../local/ec2/ec2.ts';
import { SEED_IMAGES } from '../../local/ec2/seed-images.ts';
import { createEc2 } from '../../local/ec2/service.ts';
import {
  BLOCK,
  completed,
  getBlock,
  listBlocks,
  newVolume,
  REGION,
  startTestCloud,
  TENANT,
  until,
  ZONE,
} from './cloud.ts';
import { inState } from './instances.ts';

test('after a stop and start everything is there, and what was under way goes on', async () => {
  const t = await startTestCloud();
  const volume = await newVolume(t.ec2());
  const data = randomBytes(140 * BLOCK);
  await t.control('PUT', `/volumes/${volume}/data?offset=0`, data);
  const slow = { snapshotCompletionMs: 300, volumeCreationMs: 300, instanceStartMs: 300 };
  await t.control('PUT', '/ec2/settings', Buffer.from(JSON.stringify(slow)));
  const ec2 = t.ec2();
  const { SnapshotId: snapshot = '' } = await ec2.send(new CreateSnapshotCommand({ VolumeId: volume }));
  const { VolumeId: fresh = '' } = await ec2.send(new CreateVolumeCommand({ AvailabilityZone: ZONE, Size: 1 }));
  const { Instances } = await ec2.send(
    new RunInstancesCommand({ ImageId: SEED_IMAGES.linux, InstanceType: 't3.micro', MinCount: 1, MaxCount: 1 }),
  );
  const { SnapshotId: open = '' } = await t.ebs().send(new StartSnapshotCommand({ VolumeSize: 1 }));
  const orphan = join(t.dataDir, 'ebs', 'volumes', 'vol-00000000000000000.raw');
  writeFileSync(orphan, 'left by a kill');
  await t.restart();
  assert.equal(existsSync(orphan), false);
  await completed(t.ec2(), snapshot);
  await inState(t, Instances?.[0]?.InstanceId ?? '', 'running');
  await until(async () => {
    const { Volumes } = await t.ec2().send(new DescribeVolumesCommand({ VolumeIds: [fresh] }));
    return Volumes?.[0]?.State === 'available';
  });
  const { Snapshots } = await t.ec2().send(new DescribeSnapshotsCommand({ SnapshotIds: [open] }));
  assert.equal(Snapshots?.[0]?.State, 'pending');
  const blocks = await listBlocks(t.ebs(), snapshot);
  assert.equal(blocks.size, 140);
  const got = await getBlock(t.ebs(), snapshot, 139, blocks.get(139) ?? '');
  assert.ok(got.equals(data.subarray(139 * BLOCK, 140 * BLOCK)));
  await t.stop();
});

/** A cloud in a process of its own, to be killed. */
const CHILD = `
import { startCloud } from ${JSON.stringify(new URL('../../local/cloud.ts', import.meta.url).href)};
import { createEc2 } from ${JSON.stringify(new URL('../../local/ec2/service.ts', import.meta.url).href)};
import { createEbs } from ${JSON.stringify(new URL('../../local/ebs/service.ts', import.meta.url).href)};
const cloud = await startCloud({ dataDir: process.argv[1], services: [createEc2, createEbs] });
cloud.admin.createAccount('${TENANT}', 'tenant');
const keys = cloud.admin.rootAccessKey('${TENANT}');
console.log(JSON.stringify({ endpoint: cloud.endpoint, token: cloud.controlToken, keys }));
`;

test('a kill in the middle of writing and copying leaves snapshots and changed blocks true', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'local-ec2-'));
  const child = spawn(process.execPath, ['--input-type=module', '-e', CHILD, dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const { endpoint, token, keys } = JSON.parse(line.toString());
  const ec2 = new EC2Client({ endpoint, region: REGION, credentials: keys, maxAttempts: 1 });
  const headers = { 'x-local-control': token };
  const write = (id: string, block: number, body: Buffer<ArrayBuffer>) =>
    fetch(`${endpoint}/_local/volumes/${id}/data?offset=${block * BLOCK}`, { method: 'PUT', headers, body });
  const { VolumeId: volume = '' } = await ec2.send(new CreateVolumeCommand({ AvailabilityZone: ZONE, Size: 1 }));
  await until(async () => (await write(volume, 0, Buffer.alloc(400 * BLOCK, 1))).ok);
  const { SnapshotId: cut = '' } = await ec2.send(new CreateSnapshotCommand({ VolumeId: volume }));
  // The copy of 200 MiB is under way; these writes wait behind it or are cut short.
  const writes = [10, 20, 30].map((block) => write(volume, block, Buffer.alloc(2 * BLOCK, 2)).catch(() => undefined));
  child.kill('SIGKILL');
  await Promise.all([...writes, once(child, 'exit')]);
  ec2.destroy();

  const cloud = await startCloud({ dataDir, services: [createEc2, createEbs] });
  const again = { endpoint: cloud.endpoint, region: REGION, credentials: keys, maxAttempts: 1 };
  const after = new EC2Client(again);
  await completed(after, cut);
  const { storage } = ec2Of(cloud.kernel);
  const file = storage.volumes.get(volume);
  const [inVolume, inSnapshot] = [Buffer.alloc(BLOCK), Buffer.alloc(BLOCK)];
  const [ones, zeros] = [Buffer.alloc(BLOCK, 1), Buffer.alloc(BLOCK)];
  const { SnapshotId: next = '' } = await after.send(new CreateSnapshotCommand({ VolumeId: volume }));
  await completed(after, next);
  for (let index = 0; index < 410; index++) {
    for (const [id, isOld] of [
      [cut, true],
      [next, false],
    ] as const) {
      const ref = storage.manifests.ref(id, index);
      inSnapshot.fill(0);
      if (ref !== 0) storage.blocks.read(storage.manifests.deltaName(ref), index, inSnapshot);
      file.read(index * BLOCK, inVolume);
      const wanted = isOld ? (index < 400 ? ones : zeros) : inVolume;
      assert.ok(inSnapshot.equals(wanted), `block ${index} of the ${isOld ? 'old' : 'next'} one`);
    }
  }
  assert.deepEqual(readdirSync(join(dataDir, 'ebs', 'volumes')), [`${volume}.raw`]);
  after.destroy();
  await cloud.stop();
  await rm(dataDir, { recursive: true, force: true });
});
