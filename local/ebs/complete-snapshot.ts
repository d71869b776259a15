import { z } from 'zod';
import { operation } from '../kernel/service.ts';
import type { Ebs } from './ebs.ts';
import { invalid } from './errors.ts';
import { whole } from './page-input.ts';

const schema = z.strictObject({
  snapshotId: z.string(),
  changedBlocksCount: z.string(),
  checksum: z.string().optional(),
  checksumAlgorithm: z.literal('SHA256').optional(),
  checksumAggregationMethod: z.literal('LINEAR').optional(),
});

export const completeSnapshot = (ebs: Ebs) =>
  operation<z.infer<typeof schema>, { Status: string }>({
    name: 'CompleteSnapshot',
    route: { method: 'POST', path: '/snapshots/completion/{snapshotId}' },
    input: schema,
    parse: ({ headers }, params) => ({
      ...params,
      changedBlocksCount: headers['x-amz-changedblockscount'],
      checksum: headers['x-amz-checksum'],
      checksumAlgorithm: headers['x-amz-checksum-algorithm'],
      checksumAggregationMethod: headers['x-amz-checksum-aggregation-method'],
    }),
    access: ({ snapshotId }, call) => [ebs.access('CompleteSnapshot', call, ebs.visible(call, snapshotId))],
    async run({ snapshotId, ...input }, call) {
      const { ec2, settings } = ebs;
      ebs.rates.take(`${call.accountId}/${call.region}/CompleteSnapshot`, settings.completesPerAccount);
      await ebs.checkKey(call, ebs.writable(call, snapshotId));
      const { direct } = ebs.writable(call, snapshotId);
      const written = ec2.storage.writing(snapshotId);
      const count = whole('ChangedBlocksCount', input.changedBlocksCount, 0, 2 ** 31 - 1);
      if (count !== written.count) {
        const what = `ChangedBlocksCount is ${count}, but ${written.count} blocks were written.`;
        throw invalid('INVALID_PARAMETER_VALUE', what);
      }
      if (input.checksum !== undefined && input.checksum !== written.linearChecksum().toString('base64'))
        throw invalid('INVALID_PARAMETER_VALUE', 'The checksum does not match those of the written blocks.');
      const ms = ec2.settings.snapshotCompletionMs;
      ec2.storage.completeWriting(snapshotId, direct?.parentManifest, () => {
        ec2.snapshots.change(snapshotId, {
          completesAt: ec2.now + ms,
          ...(direct && { direct: { ...direct, sealed: true } }),
        });
        ec2.transitions.after(ms, 'snapshot-completed', snapshotId);
      });
      ebs.lastWrites.delete(snapshotId);
      return { Status: 'pending' };
    },
    render: (output) => ({
      status: 202,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(output),
    }),
  });
