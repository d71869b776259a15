/**
 * A local cloud in a process of its own, with a snapshot of an image: what reads from it is measured without it. Driven
 * by messages (`ToServer`); what it answers with is `Served`, then a `Cost` for each backup.
 */
import { closeSync, fstatSync, mkdtempSync, openSync, readSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeNodePackage } from '../dev/node-package.ts';
import { BLOCK_BYTES, isZeroBlock } from '../library/block.ts';
import { startWorld } from '../test/access-node/world.ts';
import type { Cost } from './measured.ts';
import { cpuOf, peakOf } from './process-cost.ts';

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

const NODE = {
  HOLDFAST_SLOTS: '2',
  HOLDFAST_CONNECTIONS: '32',
  HOLDFAST_VISIBILITY_SECONDS: '60',
  // the launcher takes the first Node that it finds
  PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH}`,
};

/** Its threads have loaded their program: it has used no CPU worth telling for a while. Throws where it never is. */
const idle = async (pid: number | undefined): Promise<void> => {
  const end = Date.now() + 60_000;
  for (let [before, quiet] = [-1, 0]; quiet < 3; ) {
    if (Date.now() > end) throw new Error('the access node does not come to rest');
    await sleep(500);
    const now = cpuOf(pid);
    quiet = now > 0.5 && now - before < 0.03 ? quiet + 1 : 0;
    before = now;
  }
};

const POINT = {
  recoveryPointId: 'rp-00000001',
  pointKind: 'streaming',
  tags: {},
  takenAt: '2026-01-01T00:00:00Z',
  instance: {},
  requestedBy: 'npm run bench',
};

/**
 * A real node as it is deployed, a process of its own, with two workers of up to 32 connections each, ready and idle, as
 * a service is that waits for orders: read, verify, deduplicate, compress, seal, store, join the maps, read a sample back,
 * write the point. CPU and peak are the node's, from the first order on.
 */
const backUp = async (): Promise<Cost> => {
  // beside the image, in what is removed with it
  const folder = mkdtempSync(join(tmpdir(), 'access-node-'));
  await makeNodePackage({ folder, system: 'linux' });
  const node = world.startNode(NODE, [join(folder, 'bin', 'holdfast-node')]);
  const { pid } = node.child;
  await idle(pid);
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
  const succeeded = async (order: string): Promise<void> => {
    const { status, cause } = await world.ended(order, 900);
    if (status !== 'SUCCEEDED') throw new Error(`${cause}\n${node.output()}`);
  };
  for (const order of orders) await succeeded(order);
  const volumes = [{ volumeId, sizeBytes: gib * GIB, snapshotId, level: 'full', orderIds: orders }];
  await succeeded(await world.send({ kind: 'assemble-maps', ...POINT, volumes }, { before: orders }));
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
