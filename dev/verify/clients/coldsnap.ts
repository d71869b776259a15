import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createApiClient } from '../../../cli/api-client.ts';
import { tenantRoutes } from '../../../core/contracts/api.ts';
import { runCli } from '../../cli.ts';
import { rawVolume } from '../../demo/guest.ts';
import type { Check, Scene } from './check.ts';
import type { Answer } from './client.ts';

const GIB = 1_073_741_824;
const BLOCK = 524_288;

const sha256 = async (path: string): Promise<string> => {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(piece as Buffer);
  return hash.digest('hex');
};

/** A disk of 1 GiB with data in some blocks, its first and last among them. */
const makeDisk = async (path: string): Promise<void> => {
  const file = await open(path, 'w');
  await file.truncate(GIB);
  for (const index of [0, 1, 2, 3, 700, 701, 1_023, 1_500, 2_047])
    await file.write(randomBytes(BLOCK), 0, BLOCK, index * BLOCK);
  await file.write(Buffer.from('in the middle of a block'), 0, 24, 900 * BLOCK + 12_345);
  await file.close();
};

const upload = async ({ tenant, programs }: Scene, path: string): Promise<string> => {
  const id = (await tenant.run(programs.coldsnap, ['upload', '--no-progress', '--wait', path])).trim();
  assert.match(id, /^snap-\w+$/);
  return id;
};
const download = ({ tenant, programs }: Scene, snapshotId: string, path: string): Promise<string> =>
  tenant.run(programs.coldsnap, ['download', '--no-progress', snapshotId, path]);

/** What coldsnap has uploaded becomes a volume of an instance of the tenant's. */
const instanceWith = async ({ tenant }: Scene, snapshotId: string): Promise<string> => {
  const { Images } = await tenant.aws('ec2', 'describe-images', '--owners', 'amazon');
  const linux = Images.find((each: Answer) => each.RootDeviceName === '/dev/xvda' && each.Architecture === 'x86_64');
  const mappings = [{ DeviceName: '/dev/sdf', Ebs: { SnapshotId: snapshotId, VolumeSize: 1 } }];
  const { Instances } = await tenant.aws(
    ...['ec2', 'run-instances', '--image-id', linux.ImageId, '--instance-type', 't3.small', '--count', '1'],
    ...['--block-device-mappings', JSON.stringify(mappings)],
  );
  const id: string = Instances[0].InstanceId;
  await tenant.aws('ec2', 'wait', 'instance-running', '--instance-ids', id);
  return id;
};

const volumeAt = async ({ tenant }: Scene, instanceId: string, device: string) => {
  const filters = [`Name=attachment.instance-id,Values=${instanceId}`, `Name=attachment.device,Values=${device}`];
  const { Volumes } = await tenant.aws('ec2', 'describe-volumes', '--filters', ...filters);
  return Volumes[0] as { readonly VolumeId: string; readonly SnapshotId: string };
};

const jobs = (scene: Scene) => {
  const { local } = scene;
  const user = local.accounts.tenants[0]?.user ?? assert.fail();
  const api = createApiClient({
    url: new URL(local.apiUrl),
    region: local.place.region,
    credentials: async () => user,
  });
  return async (...args: string[]) => {
    // a restore whose snapshot may not be deleted is completed with errors: its data is there
    const { stdout, stderr } = await runCli(local, user, [...args, '--wait', '--json']);
    const { items } = await api.call(tenantRoutes.listJobs, { query: { limit: 1 } });
    const { instances = [] } = await api.call(tenantRoutes.getJob, { params: { jobId: items[0]?.jobId ?? '' } });
    assert.equal(instances[0]?.phase, 'done', `holdfast ${args.join(' ')}: ${stderr}${stdout}`);
    return instances[0] ?? assert.fail('the job has no instance');
  };
};

export const coldsnapChecks: readonly Check[] = [
  {
    name: 'coldsnap: what it uploads it downloads again, identical',
    async run(scene) {
      const [disk, back] = [join(scene.folder, 'disk'), join(scene.folder, 'disk-back')];
      await makeDisk(disk);
      await download(scene, await upload(scene, disk), back);
      assert.equal((await stat(back)).size, GIB);
      assert.equal(await sha256(back), await sha256(disk));
    },
  },
  {
    name: 'coldsnap and Holdfast: uploaded by coldsnap, backed up and restored by Holdfast, downloaded by coldsnap: identical',
    async run(scene) {
      const [disk, back] = [join(scene.folder, 'disk'), join(scene.folder, 'restored')];
      await makeDisk(disk);
      const truth = await sha256(disk);
      const instanceId = await instanceWith(scene, await upload(scene, disk));
      const job = jobs(scene);
      const backup = await job('backup', 'start', instanceId, '--full');
      // a restore takes its snapshots away when it has ended: here nobody may
      const kept = scene.local.cloud.faults.add({ service: 'ec2', operation: 'DeleteSnapshot', kind: 'access-denied' });
      const restore = await job('restore', 'start', backup.recoveryPointId ?? '', '--name', 'restored');
      const restored = await volumeAt(scene, restore.result?.instanceId ?? '', '/dev/sdf');
      assert.equal(await sha256(rawVolume(scene.local, restored.VolumeId)), truth, 'the restored volume');
      await download(scene, restored.SnapshotId, back);
      kept.remove();
      assert.equal(await sha256(back), truth, 'the snapshot that the restore wrote');
    },
  },
];
