import { z } from 'zod';
import { BLOCK_SIZE } from '../block-storage/block-size.ts';
import { blocksOf } from '../block-storage/list-blocks.ts';
import { operation } from '../kernel/service.ts';
import type { Ebs } from './ebs.ts';
import { fillPage } from './fill-page.ts';
import { pageInput, queryOf, readPage } from './page-input.ts';

export const listSnapshotBlocks = (ebs: Ebs) =>
  operation({
    name: 'ListSnapshotBlocks',
    route: { method: 'GET', path: '/snapshots/{snapshotId}/blocks' },
    input: z.strictObject({ snapshotId: z.string(), ...pageInput }),
    parse: ({ query }, params) => ({ ...queryOf(query), ...params }),
    access: ({ snapshotId }, call) => [ebs.access('ListSnapshotBlocks', call, ebs.visible(call, snapshotId))],
    async run(input, call) {
      const place = `${call.accountId}/${call.region}/ListSnapshotBlocks`;
      ebs.rates.take(place, ebs.settings.listSnapshotBlocksPerAccount);
      const snapshot = ebs.readable(call, input.snapshotId);
      const wish = readPage(input);
      await ebs.checkKey(call, snapshot);
      const { id, manifest } = snapshot;
      const expiry = ebs.tokens.expiry(ebs.now);
      const page = fillPage(ebs, `${id}`, wish, input.pageToken, (start) =>
        blocksOf(ebs.ec2.storage.manifests, manifest, start),
      );
      return {
        Blocks: page.items.map((index) => ({
          BlockIndex: index,
          BlockToken: ebs.tokens.blockToken(id, index, expiry),
        })),
        ExpiryTime: expiry / 1_000,
        VolumeSize: snapshot.sizeGiB,
        BlockSize: BLOCK_SIZE,
        NextToken: page.nextToken,
      };
    },
  });
