import { z } from 'zod';
import { operation } from '../kernel/service.ts';
import type { Ebs } from './ebs.ts';
import { invalid } from './errors.ts';
import { queryOf, whole } from './page-input.ts';

interface Answer {
  readonly data: Buffer;
  readonly checksum: string;
}

export const getSnapshotBlock = (ebs: Ebs) =>
  operation<{ snapshotId: string; blockIndex: string; blockToken: string }, Answer>({
    name: 'GetSnapshotBlock',
    route: { method: 'GET', path: '/snapshots/{snapshotId}/blocks/{blockIndex}' },
    input: z.strictObject({ snapshotId: z.string(), blockIndex: z.string(), blockToken: z.string().max(256) }),
    parse: ({ query }, params) => ({ ...queryOf(query), ...params }),
    redact: ['blockToken'],
    access: ({ snapshotId }, call) => [ebs.access('GetSnapshotBlock', call, ebs.visible(call, snapshotId))],
    async run(input, call) {
      const { getsPerAccount, getsPerSnapshot } = ebs.settings;
      const snapshot = ebs.readable(call, input.snapshotId);
      const { id, manifest } = snapshot;
      ebs.rates.take(`${call.accountId}/${call.region}/get`, getsPerAccount, `${id}/get`, getsPerSnapshot);
      const index = whole('BlockIndex', input.blockIndex, 0, 2 ** 31 - 1);
      ebs.tokens.checkBlockToken(input.blockToken, id, index, ebs.now);
      if (snapshot.encryption) await ebs.checkKey(call, snapshot);
      const { manifests, blocks } = ebs.ec2.storage;
      const ref = manifests.ref(manifest, index);
      if (ref === 0) throw invalid('INVALID_BLOCK', `The snapshot '${id}' has no block ${index}.`);
      const name = manifests.deltaName(ref);
      const data = ebs.buffers.take();
      blocks.read(name, index, data);
      return { data, checksum: blocks.hash(name, index, data).toString('base64') };
    },
    render: ({ data, checksum }) => ({
      status: 200,
      headers: {
        'content-type': 'application/octet-stream',
        'x-amz-data-length': String(data.length),
        'x-amz-checksum': checksum,
        'x-amz-checksum-algorithm': 'SHA256',
      },
      body: data,
      sent: () => ebs.buffers.give(data),
    }),
  });
