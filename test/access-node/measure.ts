/**
 * What the access node costs on this machine; not a test. `node test/access-node/measure.ts [MiB of data] [node]`, with `node` only the second:
 *   fetch: CPU seconds of this process per GiB fetched and hashed, with the local cloud in a process of its own
 *   node:  a real node with two slots and two segments at once, backed up and restored; rate, CPU, and peak memory of each run
 */
import { type ChildProcess, fork } from 'node:child_process';
import { hash, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createEbsBlockTransport } from '../../adapters/aws/ebs-block-transport.ts';
import { createHttpEbsCalls } from '../../adapters/aws/ebs-block-transport-http.ts';
import { createSdkEbsCalls } from '../../adapters/aws/ebs-block-transport-sdk.ts';
import type { EbsCalls } from '../../adapters/aws/ebs-calls.ts';
import { REGION, startWorld } from './world.ts';

const BLOCK = 524_288;
const MIB = 1_048_576;
const self = fileURLToPath(import.meta.url);

interface Served {
  readonly endpoint: string;
  readonly snapshotId: string;
  readonly credentials: { accessKeyId: string; secretAccessKey: string; sessionToken: string };
}

/** Half random, half text: zstd has something to do, and something that it cannot help with. */
const content = (mib: number): Buffer => {
  const bytes = randomBytes(mib * MIB);
  for (let at = 0; at < bytes.length; at += 2 * BLOCK) bytes.fill(randomBytes(3_000).toString('hex'), at, at + BLOCK);
  return bytes;
};

const makeSnapshot = async (world: Awaited<ReturnType<typeof startWorld>>, mib: number) => {
  const gib = Math.ceil(mib / 1_024);
  const volumeId = await world.newVolume(gib);
  for (let at = 0; at < mib; at += 64) await world.writeVolume(volumeId, at * MIB, content(Math.min(64, mib - at)));
  return { volumeId, snapshotId: await world.newSnapshot(volumeId), volumeBlocks: gib * 2_048 };
};

const serve = async (mib: number): Promise<void> => {
  const world = await startWorld();
  const { snapshotId } = await makeSnapshot(world, mib);
  const served: Served = { endpoint: world.cloud.endpoint, snapshotId, credentials: world.session.tenant() };
  process.send?.(served);
  process.once('message', () => void world.stop().then(() => process.exit(0)));
};

const start = (mib: number): Promise<{ child: ChildProcess; served: Served }> =>
  new Promise((resolve) => {
    const child = fork(self, ['serve', String(mib)]);
    child.once('message', (served) => resolve({ child, served: served as Served }));
  });

const fetchAll = async (name: string, calls: EbsCalls, snapshotId: string): Promise<void> => {
  const transport = createEbsBlockTransport({ calls, blockRate: 100_000 });
  const blocks = transport.list(snapshotId, { from: 0, to: 1e9 })[Symbol.asyncIterator]();
  let fetched = 0;
  const lane = async (): Promise<void> => {
    const into = Buffer.allocUnsafeSlow(BLOCK);
    for (let next = await blocks.next(); !next.done; next = await blocks.next()) {
      const stated = await transport.get(snapshotId, next.value.index, next.value.token, into);
      if (Buffer.compare(hash('sha256', into, 'buffer'), stated) !== 0) throw new Error('checksum');
      fetched += 1;
    }
  };
  const [startedAt, cpu] = [performance.now(), process.cpuUsage()];
  await Promise.all(Array.from({ length: 32 }, lane));
  const used = process.cpuUsage(cpu);
  const gib = (fetched * BLOCK) / 1_073_741_824;
  const seconds = (performance.now() - startedAt) / 1_000;
  const cpuSeconds = (used.user + used.system) / 1e6;
  console.log(
    `${name}: ${gib.toFixed(2)} GiB, ${((gib * 1_024) / seconds).toFixed(0)} MiB/s, ${(cpuSeconds / gib).toFixed(2)} CPU s/GiB, retried ${transport.calls.retried}`,
  );
  transport.close();
};

const measureFetch = async (mib: number): Promise<void> => {
  const { child, served } = await start(mib);
  const { endpoint, snapshotId } = served;
  const place = { region: REGION, endpoint, connections: 32, credentials: () => served.credentials };
  for (let round = 0; round < 2; round += 1) {
    await fetchAll('SDK     ', createSdkEbsCalls(place), snapshotId);
    await fetchAll('own HTTP', createHttpEbsCalls(place), snapshotId);
  }
  child.send('stop');
};

/** Seconds, user and system. */
const cpuOf = (pid: number | undefined): number => {
  const ticks = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(ticks[11]) + Number(ticks[12])) / 100;
};

const fieldOf = (pid: number | undefined, name: string): number =>
  Math.round(Number(new RegExp(`${name}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1_024);

const measureNode = async (mib: number): Promise<void> => {
  const world = await startWorld();
  // One page of the map (2 GiB) for each of the two segments.
  const half = Math.floor(mib / 2);
  const volumeId = await world.newVolume(4);
  for (const offset of [0, 2_048])
    for (let at = 0; at < half; at += 64)
      await world.writeVolume(volumeId, (offset + at) * MIB, content(Math.min(64, half - at)));
  const snapshotId = await world.newSnapshot(volumeId);
  const node = world.startNode({ HOLDFAST_VISIBILITY_SECONDS: '60' });
  const { pid } = node.child;
  await new Promise((resolve) => setTimeout(resolve, 5_000));
  console.log(`idle: ${fieldOf(pid, 'VmRSS')} MiB, peak of the start ${fieldOf(pid, 'VmHWM')} MiB`);

  const run = async (name: string, send: () => Promise<string[]>): Promise<string[]> => {
    writeFileSync(`/proc/${pid}/clear_refs`, '5');
    const before = cpuOf(pid);
    const startedAt = performance.now();
    const orders = await send();
    for (const order of orders) {
      const { status, cause } = await world.ended(order, 300);
      if (status !== 'SUCCEEDED') throw new Error(`${cause}\n${node.output()}`);
    }
    const seconds = (performance.now() - startedAt) / 1_000;
    const cpu = ((cpuOf(pid) - before) * 1_024) / mib;
    console.log(
      `${name}: ${(mib / seconds).toFixed(0)} MiB/s, ${cpu.toFixed(2)} CPU s/GiB, peak ${fieldOf(pid, 'VmHWM')} MiB, after ${fieldOf(pid, 'VmRSS')} MiB`,
    );
    return orders;
  };
  const fast = { blockRate: 100_000 };
  const orderIds = await run('backup', () =>
    Promise.all(
      [0, 1].map((page) => {
        const blocks = [[page * 4_096, (page + 1) * 4_096]];
        const work = { kind: 'read-segment', volumeId, snapshotId, volumeBlocks: 8_192, pages: [page], blocks };
        return world.send(work, fast);
      }),
    ),
  );
  const recoveryPointId = 'rp-00000001';
  const volumes = [{ volumeId, sizeBytes: 4 * 1_024 * MIB, orderIds, level: 'full', snapshotId }];
  const point = { recoveryPointId, pointKind: 'streaming', tags: {}, takenAt: '2026-01-01T00:00:00Z', instance: {} };
  await run('maps', async () => [
    await world.send({ kind: 'assemble-maps', ...point, requestedBy: 'test', volumes }, { before: orderIds }),
  ]);
  for (const name of ['restore', 'restore again']) {
    const restored = await world.startSnapshot(4);
    const source = { recoveryPointId, volumeId };
    const order = (page: number) =>
      world.send({ kind: 'write-segment', source, snapshotId: restored, pages: [page] }, fast);
    await run(name, () => Promise.all([0, 1].map(order)));
  }
  await world.stop();
};

const [what = '1024', size = '1024'] = process.argv.slice(2);
if (what === 'serve') await serve(Number(size));
else {
  if (size !== 'node') await measureFetch(Number(what));
  await measureNode(Number(what));
  process.exit(0);
}
