import { ListChangedBlocksCommand, type ListChangedBlocksResponse, StartSnapshotCommand } from '@aws-sdk/client-ebs';
import type { BlockRanges } from '../../core/contracts/order-work.ts';
import { UnrelatedSnapshots } from '../../core/domain/errors.ts';
import type { TenantSnapshots } from '../../core/ports/tenant-snapshots.ts';
import { awsName, required, transientFailure } from './classify.ts';
import { tagList } from './ec2-tags.ts';
import type { TenantReach } from './tenant-reach.ts';

/** EBS cancels a pending snapshot that nothing is written to for this long (default 60, at most 4,320). */
const IDLE_MINUTES = 4_320;
/** As many snapshots are pending as the account may have (100 by default): it passes. */
const PENDING_LIMIT = 'ServiceQuotaExceededException';
const BLOCKS_PER_GIB = 2_048;
/** Of one page; EBS refuses less than 100. */
const PAGE = { least: 100, most: 10_000 };

export const createEbsSnapshots = ({ ebs, call }: TenantReach): Pick<TenantSnapshots, 'start' | 'changedBlocks'> => ({
  start: (sizeGiB, clientToken, tags, encryption) =>
    call('ebs:StartSnapshot', async () => {
      try {
        const { SnapshotId } = await ebs.send(
          new StartSnapshotCommand({
            VolumeSize: sizeGiB,
            ClientToken: clientToken,
            Tags: tagList(tags),
            Timeout: IDLE_MINUTES,
            ...(encryption ? { Encrypted: true } : {}),
            ...(encryption?.kmsKeyId === undefined ? {} : { KmsKeyArn: encryption.kmsKeyId }),
          }),
        );
        return { snapshotId: required(SnapshotId, 'SnapshotId', 'ebs:StartSnapshot') };
      } catch (error) {
        throw awsName(error) === PENDING_LIMIT ? transientFailure('ebs:StartSnapshot', error) : error;
      }
    }),

  changedBlocks: (baseSnapshotId, snapshotId, startBlock, limit) =>
    call('ebs:ListChangedBlocks', async () => {
      const ranges: [number, number][] = [];
      let listed = 0;
      let next = startBlock;
      let token: string | undefined;
      do {
        const page: ListChangedBlocksResponse = await ebs
          .send(
            new ListChangedBlocksCommand({
              FirstSnapshotId: baseSnapshotId,
              SecondSnapshotId: snapshotId,
              MaxResults: Math.max(PAGE.least, Math.min(PAGE.most, limit - listed)),
              ...(token === undefined ? { StartingBlockIndex: startBlock } : { NextToken: token }),
            }),
          )
          .catch((error: unknown) => {
            throw unrelated(error, baseSnapshotId, snapshotId) ?? error;
          });
        // A page may be empty and go on all the same.
        for (const { BlockIndex } of page.ChangedBlocks ?? []) {
          next = append(ranges, required(BlockIndex, 'BlockIndex', 'ebs:ListChangedBlocks'));
          listed++;
        }
        token = page.NextToken;
        // Starting behind the last block is an error, not an empty list.
        if (page.VolumeSize !== undefined && next >= page.VolumeSize * BLOCKS_PER_GIB) token = undefined;
      } while (token !== undefined && listed < limit);
      return { ranges: ranges as BlockRanges, ...(token === undefined ? {} : { next }) };
    }),
});

/** Adds a block, which comes in ascending order, and answers the index behind it. */
const append = (ranges: [number, number][], index: number): number => {
  const last = ranges.at(-1);
  if (last && last[1] === index) last[1] = index + 1;
  else ranges.push([index, index + 1]);
  return index + 1;
};

/** The base may also be gone: either way there is nothing to compare with. */
const unrelated = (error: unknown, base: string, snapshotId: string): UnrelatedSnapshots | undefined => {
  const { Reason } = error as { Reason?: unknown };
  const baseIsGone = awsName(error) === 'ResourceNotFoundException' && String((error as Error).message).includes(base);
  if (Reason !== 'UNRELATED_SNAPSHOTS' && !baseIsGone) return undefined;
  return new UnrelatedSnapshots(`EBS cannot compare ${snapshotId} with ${base}`, { cause: error });
};
