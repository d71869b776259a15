import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EBSClient, ListChangedBlocksCommand, type ListChangedBlocksCommandInput } from '@aws-sdk/client-ebs';
import { EC2Client } from '@aws-sdk/client-ec2';
import { SSMClient } from '@aws-sdk/client-ssm';
import { mockClient } from 'aws-sdk-client-mock';
import { createEbsSnapshots } from '../../adapters/aws/ebs-snapshots.ts';
import { callTenant } from '../../adapters/aws/tenant-calls.ts';
import type { TenantReach } from '../../adapters/aws/tenant-reach.ts';
import { aTenant, freshId } from './records.ts';

const reach: TenantReach = {
  ec2: new EC2Client({ region: 'eu-central-1' }),
  ebs: new EBSClient({ region: 'eu-central-1' }),
  ssm: new SSMClient({ region: 'eu-central-1' }),
  jobId: 'job-1',
  ids: { uuid: () => freshId('x') },
  wait: async () => {},
  call: (action, run) => callTenant(aTenant('hv-a', '222222222222'), action, run),
};
const { changedBlocks } = createEbsSnapshots(reach);

/** EBS with these changed blocks of a volume of 1 GiB, in pages of at most `pageSize`, every other one empty. */
const ebsWith = (changed: readonly number[], pageSize: number) => {
  const calls: ListChangedBlocksCommandInput[] = [];
  mockClient(EBSClient)
    .on(ListChangedBlocksCommand)
    .callsFake(async (input: ListChangedBlocksCommandInput) => {
      calls.push(input);
      assert.ok((input.MaxResults ?? 0) >= 100 && (input.MaxResults ?? 0) <= 10_000);
      const [from = 0, empty = 0] = (input.NextToken ?? `${input.StartingBlockIndex},0`).split(',').map(Number);
      assert.ok(from < 2_048, 'a start behind the last block is an error on AWS');
      if (empty === 1) return { ChangedBlocks: [], VolumeSize: 1, NextToken: `${from},0` };
      const page = changed.filter((index) => index >= from).slice(0, Math.min(pageSize, input.MaxResults ?? 0));
      const last = page.at(-1);
      const more = last !== undefined && changed.some((index) => index > last);
      return {
        ChangedBlocks: page.map((BlockIndex) => ({ BlockIndex })),
        VolumeSize: 1,
        ...(more ? { NextToken: `${last + 1},1` } : {}),
      };
    });
  return calls;
};

const expand = (ranges: readonly (readonly [number, number])[]): number[] =>
  ranges.flatMap(([from, to]) => Array.from({ length: to - from }, (_, i) => from + i));

describe('changed blocks of a volume', () => {
  it('are listed whole, over pages that are empty and go on', async () => {
    const changed = [0, 1, 2, 7, 100, 101, 1_000, 2_047];
    const calls = ebsWith(changed, 3);
    const answer = await changedBlocks('snap-a', 'snap-b', 0, 100_000);
    assert.deepEqual(answer, {
      ranges: [
        [0, 3],
        [7, 8],
        [100, 102],
        [1_000, 1_001],
        [2_047, 2_048],
      ],
    });
    assert.ok(calls.length > 3);
    assert.equal(calls[0]?.FirstSnapshotId, 'snap-a');
    assert.equal(calls[0]?.SecondSnapshotId, 'snap-b');
  });

  it('come in parts that join without gap or overlap', async () => {
    const changed = Array.from({ length: 1_500 }, (_, i) => i + Math.floor(i / 3));
    ebsWith(changed, 90);
    const all: number[] = [];
    let start: number | undefined = 0;
    let parts = 0;
    while (start !== undefined) {
      const part: Awaited<ReturnType<typeof changedBlocks>> = await changedBlocks('snap-a', 'snap-b', start, 250);
      all.push(...expand(part.ranges));
      if (part.next !== undefined) assert.equal(part.next, (all.at(-1) ?? 0) + 1);
      start = part.next;
      parts++;
    }
    assert.deepEqual(all, changed);
    assert.ok(parts >= 5 && parts <= 7, `${parts} parts of about 250`);
  });

  it('end with the volume, even if EBS says that there is more', async () => {
    mockClient(EBSClient)
      .on(ListChangedBlocksCommand)
      .resolves({ ChangedBlocks: [{ BlockIndex: 2_047 }], VolumeSize: 1, NextToken: 'more' });
    assert.deepEqual(await changedBlocks('snap-a', 'snap-b', 0, 100), { ranges: [[2_047, 2_048]] });
  });

  it('cannot be had of snapshots without a common lineage, or of one that is gone', async () => {
    for (const error of [
      { name: 'ValidationException', Reason: 'UNRELATED_SNAPSHOTS' },
      {
        name: 'ResourceNotFoundException',
        Reason: 'SNAPSHOT_NOT_FOUND',
        message: "The snapshot 'snap-a' does not exist.",
      },
    ]) {
      mockClient(EBSClient)
        .on(ListChangedBlocksCommand)
        .rejects(Object.assign(new Error(error.message), error));
      await assert.rejects(changedBlocks('snap-a', 'snap-b', 0, 100), { name: 'UnrelatedSnapshots' });
    }
  });
});
