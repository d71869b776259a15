/** Fetches every block of a snapshot by the product's own transport, and compares SHA-256: a process to be measured. */
import { hash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createEbsBlockTransport } from '../adapters/aws/ebs-block-transport.ts';
import { createHttpEbsCalls } from '../adapters/aws/ebs-block-transport-http.ts';
import type { Served } from './serve-ebs.ts';

export interface FetcherInput extends Served {
  readonly region: string;
  /** Only lists: into this file, one `index token` a line. */
  readonly list?: string;
  readonly connections: number;
}

const { region, endpoint, snapshotId, credentials, list, connections } = JSON.parse(
  process.argv[2] ?? '',
) as FetcherInput;
const calls = createHttpEbsCalls({ region, endpoint, connections, credentials: () => credentials });
const transport = createEbsBlockTransport({ calls, blockRate: 100_000 });
const blocks = transport.list(snapshotId, { from: 0, to: 1e9 })[Symbol.asyncIterator]();

const lane = async (): Promise<void> => {
  const into = Buffer.allocUnsafeSlow(524_288);
  for (let next = await blocks.next(); !next.done; next = await blocks.next()) {
    const stated = await transport.get(snapshotId, next.value.index, next.value.token, into);
    if (Buffer.compare(hash('sha256', into, 'buffer'), stated) !== 0) throw new Error('another SHA-256');
  }
};

if (list === undefined) await Promise.all(Array.from({ length: connections }, lane));
else {
  const lines: string[] = [];
  for (let next = await blocks.next(); !next.done; next = await blocks.next())
    lines.push(`${next.value.index} ${next.value.token}`);
  writeFileSync(list, lines.join('\n'));
}
transport.close();
