import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import {
  EBSClient,
  ListSnapshotBlocksCommand,
  PutSnapshotBlockCommand,
  StartSnapshotCommand,
} from '@aws-sdk/client-ebs';
import { CreateVolumeCommand, DescribeSnapshotsCommand } from '@aws-sdk/client-ec2';
import { clientSettings } from '../../adapters/aws/clients.ts';
import { createEbsBlockTransport } from '../../adapters/aws/ebs-block-transport.ts';
import { createHttpEbsCalls } from '../../adapters/aws/ebs-block-transport-http.ts';
import { createSdkEbsCalls } from '../../adapters/aws/ebs-block-transport-sdk.ts';
import type { BlockTransport } from '../../core/ports/block-transport.ts';
import { until } from '../adapters/world.ts';
import { REGION, type TheCloud, ZONE } from './cloud.ts';
import { ec2Of, NO_SNAPSHOT } from './tenants.ts';

const BLOCK = 524_288;
const WHOLE = { from: 0, to: 2_048 };
const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();
/** Content that tells which block it is. */
const blockOf = (index: number, version = 0): Buffer => {
  const block = Buffer.alloc(BLOCK, (index * 7 + version * 31) % 251);
  block.write(`block ${index} version ${version}`);
  return block;
};

/** What is not there is soon given up: it is asked for on purpose. */
const IMPATIENT = { deadlineMs: 5_000, readGraceMs: 200, sealGraceMs: 2_000 };

export const blocksContract = (cloud: TheCloud): void => {
  for (const [name, create] of Object.entries({ 'the SDK': createSdkEbsCalls, 'own HTTP': createHttpEbsCalls }))
    describe(`blocks of snapshots by ${name}`, () => blocks(cloud, create));
};

const blocks = (cloud: TheCloud, create: typeof createSdkEbsCalls): void => {
  let transport: BlockTransport;
  let ebs: EBSClient;
  before(() => {
    const credentials = () => cloud().root(0);
    ebs = new EBSClient(clientSettings('tenant', REGION, credentials()));
    const calls = create({ region: REGION, endpoint: cloud().endpoint, connections: 4, credentials });
    transport = createEbsBlockTransport({ calls, blockRate: 1_000, settings: IMPATIENT });
  });
  after(() => transport.close());

  const start = async (ParentSnapshotId?: string): Promise<string> => {
    const { SnapshotId } = await ebs.send(
      new StartSnapshotCommand({ VolumeSize: 1, ...(ParentSnapshotId ? { ParentSnapshotId } : {}) }),
    );
    return SnapshotId ?? '';
  };
  const write = async (snapshotId: string, written: readonly Buffer[], indexes: readonly number[]): Promise<void> => {
    for (const [i, index] of indexes.entries())
      await transport.put(snapshotId, index, written[i] as Buffer, sha256(written[i] as Buffer));
  };
  const seal = (snapshotId: string, written: readonly Buffer[]): Promise<void> =>
    transport.complete(snapshotId, written.length, sha256(Buffer.concat(written.map(sha256))));
  /** A completed snapshot with these blocks. */
  const made = async (indexes: readonly number[], version = 0, parent?: string): Promise<string> => {
    const snapshotId = await start(parent);
    const written = indexes.map((index) => blockOf(index, version));
    await write(snapshotId, written, indexes);
    await seal(snapshotId, written);
    await becomesCompleted(snapshotId);
    return snapshotId;
  };
  const becomesCompleted = (snapshotId: string) =>
    until(
      async () =>
        (await ec2Of(cloud).send(new DescribeSnapshotsCommand({ SnapshotIds: [snapshotId] }))).Snapshots?.[0]?.State,
      (state) => state === 'completed',
    );
  const list = async (snapshotId: string, range = WHOLE) => {
    const found = new Map<number, string>();
    for await (const { index, token } of transport.list(snapshotId, range)) found.set(index, token);
    return found;
  };

  it('are listed as they were written', async () => {
    const indexes = [0, 1, 7, 100, 1_000, 2_047];
    assert.deepEqual([...(await list(await made(indexes))).keys()], indexes);
  });

  it('are listed in order, in whatever order they were written', async () => {
    const snapshotId = await start();
    const written = [9, 3, 700, 1].map((index) => blockOf(index));
    await write(snapshotId, written, [9, 3, 700, 1]);
    await seal(
      snapshotId,
      [1, 3, 9, 700].map((index) => blockOf(index)),
    );
    await becomesCompleted(snapshotId);
    assert.deepEqual([...(await list(snapshotId)).keys()], [1, 3, 9, 700]);
  });

  it('are listed from any block to any other', async () => {
    const snapshotId = await made([0, 7, 100, 1_000]);
    assert.deepEqual([...(await list(snapshotId, { from: 7, to: 1_000 })).keys()], [7, 100]);
    assert.deepEqual([...(await list(snapshotId, { from: 1_001, to: 2_048 })).keys()], []);
  });

  it('are listed over several pages', async () => {
    const indexes = Array.from({ length: 120 }, (_, n) => n * 3);
    const snapshotId = await made(indexes);
    const paged = new EBSClient(clientSettings('tenant', REGION, cloud().root(0)));
    const found: number[] = [];
    let NextToken: string | undefined;
    do {
      const page = await paged.send(
        new ListSnapshotBlocksCommand({ SnapshotId: snapshotId, MaxResults: 100, ...(NextToken && { NextToken }) }),
      );
      found.push(...(page.Blocks ?? []).map(({ BlockIndex }) => BlockIndex ?? -1));
      assert.ok((page.Blocks ?? []).length <= 100);
      ({ NextToken } = page);
    } while (NextToken !== undefined);
    assert.deepEqual(found, indexes);
  });

  it('come back byte for byte, with the checksum of their bytes', async () => {
    const snapshotId = await made([3, 2_047], 5);
    for (const [index, token] of await list(snapshotId)) {
      const into = Buffer.alloc(BLOCK);
      const sha = await transport.get(snapshotId, index, token, into);
      assert.ok(into.equals(blockOf(index, 5)), `block ${index}`);
      assert.ok(sha256(into).equals(sha), `checksum of block ${index}`);
    }
  });

  it('are refused where their checksum does not fit', async () => {
    const snapshotId = await start();
    await assert.rejects(
      ebs.send(
        new PutSnapshotBlockCommand({
          ...{ SnapshotId: snapshotId, BlockIndex: 0, BlockData: blockOf(0), DataLength: BLOCK },
          ...{ Checksum: sha256(blockOf(1)).toString('base64'), ChecksumAlgorithm: 'SHA256' },
        }),
      ),
      { name: 'ValidationException' },
    );
  });

  it('written twice are there once, the later', async () => {
    const snapshotId = await start();
    await write(snapshotId, [blockOf(4, 1)], [4]);
    await write(snapshotId, [blockOf(4, 2)], [4]);
    await seal(snapshotId, [blockOf(4, 2)]);
    await becomesCompleted(snapshotId);
    const token = (await list(snapshotId)).get(4) ?? assert.fail('it is not listed');
    const into = Buffer.alloc(BLOCK);
    await transport.get(snapshotId, 4, token, into);
    assert.ok(into.equals(blockOf(4, 2)));
  });

  it('are not taken for whole where fewer came than were sent', async () => {
    const snapshotId = await start();
    await write(snapshotId, [blockOf(4)], [4]);
    await assert.rejects(transport.complete(snapshotId, 2, sha256(sha256(blockOf(4)))), { name: 'SnapshotFailed' });
  });

  it('are not taken for whole where the checksum over all does not fit', async () => {
    const snapshotId = await start();
    await write(snapshotId, [blockOf(4)], [4]);
    await assert.rejects(transport.complete(snapshotId, 1, sha256(Buffer.from('x'))), { name: 'SnapshotFailed' });
  });

  it('may be none at all', async () => {
    const snapshotId = await start();
    await transport.complete(snapshotId, 0, sha256(Buffer.alloc(0)));
    await becomesCompleted(snapshotId);
    assert.equal((await list(snapshotId)).size, 0);
  });

  it('of a child are those of its parent and its own', async () => {
    const parent = await made([1, 2, 3]);
    const child = await made([2, 9], 1, parent);
    assert.deepEqual([...(await list(child)).keys()], [1, 2, 3, 9]);
  });

  it('of a child that differ from its parent’s are told', async () => {
    const parent = await made([1, 2, 3]);
    const child = await made([2, 9], 1, parent);
    const changed: number[] = [];
    for await (const { index } of transport.listChanged(parent, child, WHOLE)) changed.push(index);
    assert.deepEqual(changed, [2, 9]);
  });

  it('of snapshots without a common lineage are not compared, which is said by its name', async () => {
    const [one, other] = [await made([1]), await made([2])];
    const compare = async () => {
      for await (const _ of transport.listChanged(one, other, WHOLE));
    };
    await assert.rejects(compare(), { name: 'UnrelatedSnapshots' });
  });

  it('of a snapshot that is not there fail for good', async () => {
    await assert.rejects(list(NO_SNAPSHOT), { name: /SnapshotFailed|TenantAccessLost/ });
  });

  it('make a snapshot that a volume is made of', async () => {
    const SnapshotId = await made([0, 5]);
    const { VolumeId, Size } = await ec2Of(cloud).send(
      new CreateVolumeCommand({ AvailabilityZone: ZONE, SnapshotId, VolumeType: 'gp3' }),
    );
    assert.match(VolumeId ?? '', /^vol-/);
    assert.equal(Size, 1);
  });
};
