/**
 * EBS direct far away, in a process of its own: answers each GetSnapshotBlock some ms after it has the request, over TLS,
 * without looking at it. The answer is prepared: it is not what is measured. Tells its port, ends with its parent.
 */
import { hash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:tls';
import { BLOCK_BYTES } from '../library/block.ts';

/** What it tells its parent when it listens. */
export type LatencyPort = number;

const [latencyMs, key, cert] = [Number(process.argv[2]), process.argv[3] ?? '', process.argv[4] ?? ''];

const block = randomBytes(BLOCK_BYTES);
const head = [
  'HTTP/1.1 200 OK',
  'content-type: application/octet-stream',
  `content-length: ${BLOCK_BYTES}`,
  `x-amz-data-length: ${BLOCK_BYTES}`,
  `x-amz-checksum: ${hash('sha256', block, 'base64')}`,
  'x-amz-checksum-algorithm: SHA256',
];
const answer = Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), block]);
const END_OF_HEAD = '\r\n\r\n';

// the suite that AWS's endpoints choose before the others
const server = createServer(
  { key: readFileSync(key), cert: readFileSync(cert), minVersion: 'TLSv1.3', ciphers: 'TLS_AES_128_GCM_SHA256' },
  (socket) => {
    socket.setNoDelay(true);
    socket.on('error', () => socket.destroy());
    let asked = '';
    socket.on('data', (chunk: Buffer) => {
      asked += chunk.toString('latin1');
      for (let end = asked.indexOf(END_OF_HEAD); end >= 0; end = asked.indexOf(END_OF_HEAD)) {
        asked = asked.slice(end + END_OF_HEAD.length);
        setTimeout(() => socket.writable && socket.write(answer), latencyMs);
      }
    });
  },
);
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port satisfies LatencyPort));
process.once('disconnect', () => process.exit(0));
