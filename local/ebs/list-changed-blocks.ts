import { z } from 'zod';
import { BLOCK_SIZE } from '../block-storage/block-size.ts';
import { changedBlocks } from '../block-storage/list-blocks.ts';
import { operation } from '../kernel/service.ts';
import type { Ebs } from './ebs.ts';
import { invalid } from './errors.ts';
import { fillPage } from './fill-page.ts';
import { pageInput, queryOf, readPage } from './page-input.ts';

export const listChangedBlocks = (ebs: Ebs) =>
  operation({
    name: 'ListChangedBlocks',
    route: { method: 'GET', path: '/snapshots/{secondSnapshotId}/changedblocks' },
    input: z.strictObject({ secondSnapshotId: z.string(), firstSnapshotId: z.string().optional(), ...pageInput }),
    parse: ({ query }, params) => ({ ...queryOf(query), ...params }),
    access: ({ firstSnapshotId, secondSnapshotId }, call) =>
      [firstSnapshotId, secondSnapshotId]
        .filter((id) => id !== undefined)
        .map((id) => ebs.access('ListChangedBlocks', call, ebs.visible(call, id))),
    async run(input, call) {
      const place = `${call.accountId}/${call.region}/ListChangedBlocks`;
      ebs.rates.take(place, ebs.settings.listChangedBlocksPerAccount);
      if (input.firstSnapshotId === undefined)
        throw invalid('INVALID_PARAMETER_VALUE', 'FirstSnapshotId must be given with SecondSnapshotId.');
      const first = ebs.readable(call, input.firstSnapshotId);
      const second = ebs.readable(call, input.secondSnapshotId);
      if (first.lineage !== second.lineage) {
        const what = `The snapshots '${first.id}' and '${second.id}' are not of the same volume or snapshot lineage.`;
        throw invalid('UNRELATED_SNAPSHOTS', what);
      }
      const wish = readPage(input);
      await ebs.checkKey(call, first);
      await ebs.checkKey(call, second);
      const expiry = ebs.tokens.expiry(ebs.now);
      const page = fillPage(ebs, `${first.id} ${second.id}`, wish, input.pageToken, (start) =>
        changedBlocks(ebs.ec2.storage.manifests, first.manifest, second.manifest, start),
      );
      return {
        ChangedBlocks: page.items.map(({ index, inFirst, inSecond }) => ({
          BlockIndex: index,
          ...(inFirst && { FirstBlockToken: ebs.tokens.blockToken(first.id, index, expiry) }),
          ...(inSecond && { SecondBlockToken: ebs.tokens.blockToken(second.id, index, expiry) }),
        })),
        ExpiryTime: expiry / 1_000,
        VolumeSize: second.sizeGiB,
        BlockSize: BLOCK_SIZE,
        NextToken: page.nextToken,
      };
    },
  });
