/**
 * A local cloud in a process of its own, with a snapshot of an image: what reads from it is measured without it. Driven
 * by messages (`ToServer`); what it answers with is `Served`, then a `Cost` for each backup.
 */
import { closeSync, fstatSync, openSync, readFileSync, readSync, writeFileSync } from 'node:fs';
import { BLOCK_BYTES, isZeroBlock } from '../library/block.ts';
import { startWorld } from '../test/access-node/world.ts';
import type { Cost } from './measured.ts';

export interface Served {
  readonly endpoint: string;
  readonly snapshotId: string;
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken: string;
  };
}

export type ToServer = 'backup' | 'stop';

const GIB = 1_073_741_824;
const PAGE_BYTES = 2 * GIB;
const RATE = { blockRate: 100_000 };

const image = process.argv[2] ?? '';
const world = await startWorld();
const file = openSync(image, 'r');
const { size } = fstatSync(file);
const gib = Math.ceil(size / GIB);
const volumeId = await world.newVolume(gib);
const block = Buffer.alloc(BLOCK_BYTES);
for (let at = 0; at < size; at += BLOCK_BYTES) {
  const came = readSync(file, block, 0, BLOCK_BYTES, at);
  if (!isZeroBlock(block)) await world.writeVolume(volumeId, at, Buffer.from(block.subarray(0, came)));
}
closeSync(file);
const snapshotId = await world.newSnapshot(volumeId);
const served: Served = { endpoint: world.cloud.endpoint, snapshotId, credentials: world.session.tenant() };
process.send?.(served);

/** Seconds, user and system: the kernel counts in hundredths. */
const cpuOf = (pid: number | undefined): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
};
const peakOf = (pid: number | undefined): number =>
  Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1_024;

/** A real node with a slot for each processor, ready and idle: read, verify, deduplicate, compress, seal, store. */
const backUp = async (): Promise<Cost> => {
  const node = world.startNode({ HOLDFAST_VISIBILITY_SECONDS: '60' });
  const { pid } = node.child;
  await new Promise((resolve) => setTimeout(resolve, 4_000));
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
  const before = cpuOf(pid);
  const startedAt = performance.now();
  const volumeBlocks = (gib * GIB) / BLOCK_BYTES;
  const pages = Array.from({ length: Math.ceil((gib * GIB) / PAGE_BYTES) }, (_, page) => page);
  const orders = await Promise.all(
    pages.map((page) => {
      const blocks = [[page * 4_096, Math.min(volumeBlocks, (page + 1) * 4_096)]];
      return world.send({ kind: 'read-segment', volumeId, snapshotId, volumeBlocks, pages: [page], blocks }, RATE);
    }),
  );
  for (const order of orders) {
    const { status, cause } = await world.ended(order, 900);
    if (status !== 'SUCCEEDED') throw new Error(`${cause}\n${node.output()}`);
  }
  const wallSeconds = (performance.now() - startedAt) / 1_000;
  return { wallSeconds, cpuSeconds: cpuOf(pid) - before, peakMiB: peakOf(pid) };
};

process.on('message', (message: ToServer) => {
  if (message === 'stop') void world.stop().then(() => process.exit(0));
  else
    backUp().then(
      (cost) => process.send?.(cost),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
});
// the bench is gone: nobody would stop this cloud
process.once('disconnect', () => void world.stop().then(() => process.exit(0)));
