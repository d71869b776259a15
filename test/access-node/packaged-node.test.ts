import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { BLOCK_BYTES } from '../../core/contracts/ids.ts';
import { makeNodePackage, packNode } from '../../dev/node-package.ts';
import { startWorld } from './world.ts';

const GIB = 1_073_741_824;
const VOLUME_BLOCKS = GIB / BLOCK_BYTES;
const BLOCKS = 160;

let world: Awaited<ReturnType<typeof startWorld>>;
let folder: string;
/** As user data unpacks it. */
let installed: string;
before(async () => {
  world = await startWorld();
  folder = mkdtempSync(join(tmpdir(), 'holdfast-package-'));
  installed = join(folder, 'opt');
  mkdirSync(installed);
  await makeNodePackage({ folder: join(folder, 'made'), system: 'linux' });
  packNode(join(folder, 'made'), join(folder, 'node.tar.gz'));
  execFileSync('tar', ['-xzf', join(folder, 'node.tar.gz'), '-C', installed]);
});
after(async () => {
  await world.stop();
  rmSync(folder, { recursive: true, force: true });
});

const start = (slots: number) =>
  world.startNode(
    {
      HOLDFAST_SLOTS: String(slots),
      PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH}`,
    },
    [join(installed, 'bin', 'holdfast-node')],
  );

const done = async (order: string, output: () => string) => {
  const { status, cause } = await world.ended(order);
  assert.equal(status, 'SUCCEEDED', `${cause}\n${output()}`);
  return world.result(order);
};

const CHECK = {
  kind: 'maintain-library',
  task: 'check',
  depth: 'everything',
  planOnly: false,
  acceptDamage: false,
  committed: ['rp-00000001'],
  expired: [],
  pending: [],
  windowSeconds: 86_400,
};

/** Seconds that the order's work took, as the node's log says. */
const secondsOf = (output: string, order: string): number =>
  output
    .split('\n')
    .filter((line) => line.includes('"work ended"') && line.includes(order))
    .map((line) => JSON.parse(line).seconds as number)[0] ?? Number.NaN;

test('a node that is started from its package backs a volume up, and checks all of it', async (t) => {
  const volumeId = await world.newVolume(1);
  for (let at = 0; at < BLOCKS; at++) await world.writeVolume(volumeId, at * BLOCK_BYTES, randomBytes(BLOCK_BYTES));
  const snapshotId = await world.newSnapshot(volumeId);
  const node = start(2);
  const blocks = [[0, VOLUME_BLOCKS]];
  const read = await world.send({
    kind: 'read-segment',
    volumeId,
    snapshotId,
    volumeBlocks: VOLUME_BLOCKS,
    pages: [0],
    blocks,
  });
  await done(read, node.output);
  const volumes = [{ volumeId, sizeBytes: GIB, snapshotId, level: 'full', orderIds: [read] }];
  const join = {
    kind: 'assemble-maps',
    recoveryPointId: 'rp-00000001',
    pointKind: 'streaming',
    tags: {},
    takenAt: '2026-01-01T00:00:00Z',
    instance: {},
    requestedBy: 'test',
    verify: 'full',
    volumes,
  };
  const { verification } = await done(await world.send(join, { before: [read] }), node.output);
  assert.equal((verification as { blocks: number }).blocks, BLOCKS);

  const seconds: number[] = [];
  for (const slots of [2, 1]) {
    const checker = slots === 2 ? node : start(slots);
    const order = await world.send({ ...CHECK, runId: `run-0000000${slots}` });
    const { outcome } = (await done(order, checker.output)) as { outcome: Record<string, unknown> };
    assert.deepEqual([outcome.findingsInAll, outcome.lostInAll, outcome.blocks], [0, 0, BLOCKS]);
    assert.equal(outcome.packsRead, outcome.packs);
    seconds.push(secondsOf(checker.output(), order));
    checker.child.kill('SIGTERM');
    assert.equal(await checker.exited, 0, checker.output());
  }
  const [two, one] = seconds as [number, number];
  t.diagnostic(`a check of ${BLOCKS / 2} MiB by 2 workers: ${two.toFixed(2)} s, by 1: ${one.toFixed(2)} s`);
});
