/** `npm run demo`: a backup, an incremental one and two restores across accounts, compared byte by byte. */
import { closeSync, copyFileSync, mkdirSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import pc from 'picocolors';
import { createApiClient } from '../../cli/api-client.ts';
import { tenantRoutes } from '../../core/contracts/api.ts';
import { showCli } from '../cli.ts';
import { SERVICE_ACCOUNT } from '../example-accounts.ts';
import { type LocalHoldfast, startLocalHoldfast } from '../local-holdfast.ts';
import { setUpHypervisors } from '../set-up.ts';
import { hashVolume, rawVolume, sizeOf, workForADay, writeImage } from './guest.ts';
import { makeImage, volumeGiB } from './make-image.ts';
import { type DemoOptions, readOptions } from './options.ts';
import { printReport } from './report.ts';
import { type MeasuredJob, measure, type RestoredVolume } from './run-record.ts';
import { launchInstance, leftInAccount, tenantEc2 } from './tenant-instance.ts';

const GIB = 1_073_741_824;
const MIB = 1_048_576;
const DAY_OF_WORK = 0.05;

const step = (text: string): void => console.log(`\n${pc.bold(text)}`);
const note = (text: string): void => console.log(`  ${text}`);

const demo = async (options: DemoOptions, local: LocalHoldfast): Promise<boolean> => {
  const tenant = local.accounts.tenants[0];
  if (!tenant) throw new Error('the local cloud has no tenant');
  const { user } = tenant;

  step('An operator sets up the service account, a tenant, and the binding between them');
  const { serviceId, queues, tenantIds } = await setUpHypervisors(local, [tenant]);
  const node = local.startNode({ serviceId, queues });
  note(`service account ${SERVICE_ACCOUNT}, tenant ${tenant.name} (account ${tenant.accountId}) is ${tenantIds[0]}`);
  note(`one access node, a process of its own: ${node.nodeId} (pid ${node.pid})`);

  const api = createApiClient({
    url: new URL(local.apiUrl),
    region: local.place.region,
    credentials: async () => user,
  });

  step('The tenant runs an instance with real file systems on its volumes');
  const images = options.image?.map((path) => resolve(path)) ?? makeImages(local, options);
  const ec2 = tenantEc2(local, tenant);
  const { instanceId, volumes } = await launchInstance(ec2, 'shop', images.map(volumeGiB));
  await Promise.all(volumes.map(({ volumeId }, index) => writeImage(local, volumeId, images[index] as string)));
  for (const { volumeId, device, sizeGiB } of volumes) {
    note(`${instanceId} ${device}: ${volumeId}, ${sizeGiB} GiB`);
  }
  const volumeBytes = volumes.reduce((sum, { sizeGiB }) => sum + sizeGiB * GIB, 0);
  const copied = options.image === undefined ? copyRate(local, images.slice(-1)) : undefined;

  // What the instance holds at each time: a hash of the volume itself, nothing of Holdfast's in between.
  const truth = async (): Promise<Map<string, string>> =>
    new Map(
      await Promise.all(
        volumes.map(async ({ volumeId }) => [volumeId, await hashVolume(rawVolume(local, volumeId))] as const),
      ),
    );

  const run = (title: string, bytes: number, ...command: string[]): Promise<MeasuredJob> => {
    note(pc.dim(`$ holdfast ${command.join(' ')} --wait`));
    return measure(local, node, title, bytes, async () => {
      await showCli(local, user, [...command, '--wait']);
      const { items } = await api.call(tenantRoutes.listJobs, { query: { limit: 1 } });
      return api.call(tenantRoutes.getJob, { params: { jobId: items[0]?.jobId ?? '' } });
    });
  };

  step('Full backup');
  const truths = [await truth()];
  const full = await run('full backup', volumeBytes, 'backup', 'start', instanceId, '--full');

  step(`The instance works for a day: about ${DAY_OF_WORK * 100} % of its blocks change`);
  for (const [index, { volumeId }] of volumes.entries()) {
    const size = sizeOf(images[index] as string);
    const touched = await workForADay(local, volumeId, size, DAY_OF_WORK, options.seed + 100 + index);
    note(`${volumeId}: ${touched} of ${Math.floor(size / 524_288)} blocks`);
  }

  step('Incremental backup');
  truths.push(await truth());
  const incremental = await run('incremental', volumeBytes, 'backup', 'start', instanceId);
  const kept = await leftInAccount(ec2);

  const restores: MeasuredJob[] = [];
  let identical = true;
  for (const [index, backup] of [full, incremental].entries()) {
    const recoveryPointId = backup.job.instances[0]?.recoveryPointId as string;
    step(`The tenant restores the instance as the ${backup.record.title} saw it, out of place`);
    const restore = await run(
      `restore of ${index === 0 ? 'full' : 'incr.'}`,
      volumeBytes,
      'restore',
      'start',
      recoveryPointId,
      '--name',
      `shop-${index + 1}`,
    );
    restores.push(restore);
    const result = restore.job.instances[0]?.result;
    const compare = async ({ device, volumeId, sourceVolumeId }: RestoredVolume): Promise<boolean> => {
      const path = rawVolume(local, volumeId);
      if (options.corrupt && index === 1 && sourceVolumeId === volumes[0]?.volumeId) flipOneByte(path);
      const same = (await hashVolume(path)) === truths[index]?.get(sourceVolumeId);
      note(
        `${result?.instanceId} ${device}: ${volumeId} ${same ? pc.green('is identical, byte for byte') : pc.red('DIFFERS')} (all ${sizeOf(path) / GIB} GiB)`,
      );
      return same;
    };
    const comparisons = await Promise.all((result?.volumes ?? []).map(compare));
    identical &&= comparisons.every((same) => same);
    identical &&= result?.volumes.length === volumes.length;
  }

  step('What it took');
  const runs = [full, incremental, ...restores].map(({ record }) => record);
  printReport(runs, { [SERVICE_ACCOUNT]: 'service account', [tenant.accountId]: `tenant ${tenant.name}` });
  if (copied)
    note(
      `cp of the data volume’s image on this machine: ${copied.toFixed(0)} MiB/s; the full backup: ${rateOf(full).toFixed(0)} MiB/s`,
    );

  step('What is left in the tenant account');
  const left = await leftInAccount(ec2);
  const restored = new Set(restores.map(({ job }) => job.instances[0]?.result?.instanceId));
  const others = left.instances.filter((id) => id !== instanceId && !restored.has(id));
  note(`${left.snapshots.length} snapshots, one a volume, for the next incremental: ${left.snapshots.join(', ')}`);
  note(
    `images: ${left.images.length}, loose volumes: ${left.looseVolumes.length}, instances besides its own and the restored ones: ${others.length}`,
  );
  const clean =
    left.snapshots.length === volumes.length &&
    kept.snapshots.length === volumes.length &&
    left.images.length + left.looseVolumes.length + others.length === 0;

  step(
    identical && clean
      ? pc.green('Every restored volume is identical, and nothing else was left behind.')
      : pc.red(identical ? 'Something was left behind.' : 'A restored volume DIFFERS.'),
  );
  return identical && clean;
};

const makeImages = (local: LocalHoldfast, { size, seed }: DemoOptions): string[] => {
  const folder = join(local.dataDir, 'images');
  mkdirSync(folder, { recursive: true });
  return [1, size].map((gib, index) => {
    const path = join(folder, `volume-${index}.img`);
    const kind = makeImage(path, gib, seed + index, local.projectDir);
    note(
      `${gib} GiB ${kind === 'ext4' ? 'ext4 file system, made by mke2fs' : 'of generated content (no mke2fs here)'}`,
    );
    return path;
  });
};

/** MiB/s of a plain copy, file by file, for comparison. */
const copyRate = (local: LocalHoldfast, images: readonly string[]): number => {
  const start = performance.now();
  const bytes = images.reduce((sum, path) => sum + sizeOf(path), 0);
  for (const path of images) {
    const copy = join(local.dataDir, 'images', 'copy.img');
    copyFileSync(path, copy);
    rmSync(copy);
  }
  return bytes / MIB / ((performance.now() - start) / 1_000);
};

const rateOf = ({ record }: MeasuredJob): number => record.counters.bytes / MIB / record.transferSeconds;

const flipOneByte = (path: string): void => {
  const fd = openSync(path, 'r+');
  const at = Math.floor(sizeOf(path) / 3);
  const byte = Buffer.alloc(1);
  readSync(fd, byte, 0, 1, at);
  writeSync(fd, Buffer.from([(byte[0] as number) ^ 1]), 0, 1, at);
  closeSync(fd);
  note(pc.yellow(`--corrupt: flipped one bit of byte ${at} of ${path}`));
};

const options = readOptions(process.argv);
const dataDir = options.keep ? resolve(options.keep) : mkdtempSync(join(tmpdir(), 'holdfast-demo-'));
const started = performance.now();
step('A local cloud starts, with Holdfast deployed to it as serverless.yml says');
const local = await startLocalHoldfast({ dataDir, overrides: { heartbeatSeconds: '2' } });
note(`${local.cloud.endpoint}, data in ${dataDir}`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    void local.stop().finally(() => process.exit(130));
  });
}
let good = false;
try {
  good = await demo(options, local);
} catch (error) {
  console.error(pc.red(`\n${error instanceof Error ? error.message : String(error)}`));
} finally {
  await local.stop();
  if (!options.keep) rmSync(dataDir, { recursive: true, force: true });
}
note(`in ${((performance.now() - started) / 1_000).toFixed(0)} s`);
process.exitCode = good ? 0 : 1;
