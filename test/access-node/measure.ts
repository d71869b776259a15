/**
 * What the access node costs on this machine; not a test. `node test/access-node/measure.ts [MiB of data] [node]`, with `node` only the second:
 *   fetch: CPU seconds of this process per GiB fetched and hashed, with the local cloud in a process of its own
 *   node:  a real node with two slots, two segments at once; wall, CPU and peak memory of its process
 */
import { type ChildProcess, fork } from 'node:child_process';
import { hash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
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

const measureNode = async (mib: number): Promise<void> => {
  const world = await startWorld();
  const { volumeId, snapshotId, volumeBlocks } = await makeSnapshot(world, mib);
  const node = world.startNode({ HOLDFAST_VISIBILITY_SECONDS: '60' });
  const half = mib;
  const segment = (from: number, to: number) =>
    world.send(
      { kind: 'read-segment', volumeId, snapshotId, volumeBlocks, pages: [0], blocks: [[from, to]] },
      { blockRate: 100_000 },
    );
  await new Promise((resolve) => setTimeout(resolve, 5_000));
  const before = cpuOf(node.child.pid);
  const startedAt = performance.now();
  const orders = await Promise.all([segment(0, half), segment(half, 4_096)]);
  for (const order of orders) {
    const { status, cause } = await world.ended(order, 300);
    if (status !== 'SUCCEEDED') throw new Error(`${cause}\n${node.output()}`);
  }
  const seconds = (performance.now() - startedAt) / 1_000;
  const status = readFileSync(`/proc/${node.child.pid}/status`, 'utf8');
  const cpu = cpuOf(node.child.pid) - before;
  console.log(`node: ${mib} MiB in ${seconds.toFixed(1)} s, ${((cpu * 1_024) / mib).toFixed(2)} CPU s/GiB`);
  console.log(`node: ${/VmHWM.*/.exec(status)?.[0]}, ${/Threads.*/.exec(status)?.[0]}`);
  await world.stop();
};

const [what = '1024', size = '1024'] = process.argv.slice(2);
if (what === 'serve') await serve(Number(size));
else {
  if (size !== 'node') await measureFetch(Number(what));
  await measureNode(Number(what));
  process.exit(0);
}
