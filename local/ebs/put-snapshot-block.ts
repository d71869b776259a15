import { z } from 'zod';
import { BLOCK_SIZE, BLOCKS_PER_GIB, sha256 } from '../block-storage/block-size.ts';
import { operation } from '../kernel/service.ts';
import type { Ebs } from './ebs.ts';
import { invalid } from './errors.ts';
import { whole } from './page-input.ts';

/** How far the time of the last write on disk may lag behind, ms. */
const LAST_WRITE_LAG_MS = 60_000;

const schema = z.strictObject({
  snapshotId: z.string(),
  blockIndex: z.string(),
  dataLength: z.string().optional(),
  checksum: z.string().optional(),
  checksumAlgorithm: z.string().optional(),
  progress: z.string().optional(),
  data: z.custom<Buffer>((data) => Buffer.isBuffer(data)),
});

export const putSnapshotBlock = (ebs: Ebs) =>
  operation<z.infer<typeof schema>, { checksum: string }>({
    name: 'PutSnapshotBlock',
    route: { method: 'PUT', path: '/snapshots/{snapshotId}/blocks/{blockIndex}' },
    input: schema,
    parse: ({ headers, body }, params) => ({
      ...params,
      dataLength: headers['x-amz-data-length'],
      checksum: headers['x-amz-checksum'],
      checksumAlgorithm: headers['x-amz-checksum-algorithm'],
      progress: headers['x-amz-progress'],
      data: body,
    }),
    redact: ['data'],
    access: ({ snapshotId }, call) => [ebs.access('PutSnapshotBlock', call, ebs.visible(call, snapshotId))],
    async run({ snapshotId, data, ...input }, call) {
      const { putsPerAccount, putsPerSnapshot } = ebs.settings;
      const snapshot = ebs.writable(call, snapshotId);
      const place = `${call.accountId}/${call.region}/put`;
      ebs.rates.take(place, putsPerAccount, `${snapshotId}/put`, putsPerSnapshot);
      const index = whole('BlockIndex', input.blockIndex, 0, snapshot.sizeGiB * BLOCKS_PER_GIB - 1);
      if (input.progress !== undefined) whole('Progress', input.progress, 0, 100);
      if (input.dataLength !== String(BLOCK_SIZE) || data.length !== BLOCK_SIZE)
        throw invalid('INVALID_PARAMETER_VALUE', `DataLength must be ${BLOCK_SIZE}, and so long the data.`);
      if (input.checksumAlgorithm !== 'SHA256')
        throw invalid('INVALID_PARAMETER_VALUE', 'ChecksumAlgorithm must be SHA256.');
      const hash = sha256(data);
      const checksum = hash.toString('base64');
      if (checksum !== input.checksum)
        throw invalid('INVALID_BLOCK', `The checksum does not match the data of block ${index}.`);
      if (snapshot.encryption) {
        await ebs.checkKey(call, snapshot);
        // It may have been sealed while KMS was asked.
        ebs.writable(call, snapshotId);
      }
      ebs.ec2.storage.writing(snapshotId).put(index, data, hash);
      noteWrite(ebs, snapshotId, snapshot.direct?.lastWriteAt ?? 0);
      return { checksum };
    },
    render: ({ checksum }) => ({
      status: 201,
      headers: { 'x-amz-checksum': checksum, 'x-amz-checksum-algorithm': 'SHA256' },
    }),
  });

const noteWrite = (ebs: Ebs, id: string, onDisk: number): void => {
  const now = ebs.now;
  ebs.lastWrites.set(id, now);
  if (now - onDisk < LAST_WRITE_LAG_MS) return;
  const direct = ebs.ec2.snapshots.get(id)?.direct;
  if (direct) ebs.ec2.snapshots.change(id, { direct: { ...direct, lastWriteAt: now } });
};
