/** docs/operators.md, “When everything but the library is lost”, for a library in S3. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { S3Client } from '@aws-sdk/client-s3';
import { hashVolume } from '../../dev/demo/guest.ts';
import { seededBytes } from '../../dev/demo/make-image.ts';
import { createRecoveryKeyPair } from '../../library/recovery-key.ts';
import { runCli } from '../cli/run-cli.ts';
import { copyBucket } from '../library/copy-bucket.ts';
import { startLocalS3 } from '../library/local-s3.ts';
import { hashesOf, instanceWithData, openWorld, startBackup, waitForCleanup, waitForJob } from './world.ts';

test('all that is left is a copy of the bucket elsewhere, and the recovery key: the disk is read from it', async (t) => {
  const world = await openWorld(t);
  const { cloud, place, dataDir } = world.local;
  const [tenant] = world.tenants;
  const instance = await instanceWithData(world, tenant, [1], { seed: 21 });
  const volumeId = instance.volumes[0]?.volumeId as string;
  const truth = (await hashesOf(world, [volumeId])).get(volumeId);
  const job = await waitForJob(tenant, await startBackup(tenant, [instance.instanceId]));
  assert.equal(job.state, 'completed', JSON.stringify(job));
  await waitForCleanup(world, job.jobId);
  const recoveryPointId = job.instances?.[0]?.recoveryPointId as string;

  const credentials = cloud.admin.rootAccessKey(place.accountId);
  const s3 = new S3Client({ endpoint: cloud.endpoint, region: place.region, credentials, forcePathStyle: true });
  const elsewhere = await startLocalS3();
  t.after(() => elsewhere.close());
  const bucket = await elsewhere.bucket('copy-of-the-library');
  await copyBucket({ s3, bucket: `holdfast-dev-library-${place.accountId}` }, { s3: elsewhere.client(), bucket });
  s3.destroy();

  await world.local.stop();
  rmSync(dataDir, { recursive: true });

  const folder = mkdtempSync(join(tmpdir(), 'holdfast-lost-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const there = elsewhere.place.credentials();
  const env = {
    HOLDFAST_LIBRARY: `s3://${bucket}/${world.serviceId}/tenants/${tenant.hypervisorId}`,
    HOLDFAST_RECOVERY_KEY: createRecoveryKeyPair(seededBytes(1)).privateKey,
    AWS_ENDPOINT_URL: elsewhere.place.endpoint,
    AWS_REGION: elsewhere.place.region,
    AWS_ACCESS_KEY_ID: there.accessKeyId,
    AWS_SECRET_ACCESS_KEY: there.secretAccessKey,
  };
  const listed = await runCli(['library', 'points', '--json'], { env });
  assert.equal(listed.code, 0, listed.err);
  const points = (JSON.parse(listed.out) as { points: { recoveryPointId: string; instanceId: string }[] }).points;
  assert.deepEqual(
    points.map((point) => [point.recoveryPointId, point.instanceId]),
    [[recoveryPointId, instance.instanceId]],
  );
  const image = join(folder, 'disk.img');
  const read = await runCli(['library', 'cat', recoveryPointId, volumeId, '-o', image], { env });
  assert.equal(read.code, 0, read.err);
  assert.equal(await hashVolume(image), truth);

  const HOLDFAST_RECOVERY_KEY = createRecoveryKeyPair(seededBytes(2)).privateKey;
  const refused = await runCli(['library', 'points'], { env: { ...env, HOLDFAST_RECOVERY_KEY } });
  assert.match(refused.err, /sealed for another recovery key/);
});
