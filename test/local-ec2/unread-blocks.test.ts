/** GetSnapshotBlock answers from buffers that are used again. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import net from 'node:net';
import { after, before, test } from 'node:test';
import { createEbsSigner, EMPTY_PAYLOAD_HASH } from '../../adapters/aws/sign-ebs-request.ts';
import {
  BLOCK,
  getBlock,
  listBlocks,
  newSnapshot,
  newVolume,
  REGION,
  startTestCloud,
  type TestCloud,
} from './cloud.ts';

/** Far more than the kernel takes in for a connection that nobody reads. */
const UNREAD = 32;
const BLOCKS = UNREAD + 16;
let t: TestCloud;
before(async () => {
  t = await startTestCloud();
});
after(() => t.stop());

test('a block that is not sent yet stays what it was while others are read, also after answers that were cut', async () => {
  const volume = await newVolume(t.ec2());
  const blocks = Array.from({ length: BLOCKS }, () => randomBytes(BLOCK));
  await t.control('PUT', `/volumes/${volume}/data?offset=0`, Buffer.concat(blocks));
  const ebs = t.ebs();
  const id = await newSnapshot(t.ec2(), volume);
  const tokens = await listBlocks(ebs, id);
  const credentials = await ebs.config.credentials();
  const { host, hostname, port } = new URL(t.cloud.endpoint);
  const sign = createEbsSigner(REGION);
  const headFor = (index: number): string => {
    const path = `/snapshots/${id}/blocks/${index}`;
    const query = [['blockToken', tokens.get(index) ?? '']] as const;
    const request = { method: 'GET', host, path, query, headers: {}, payloadHash: EMPTY_PAYLOAD_HASH };
    const { target, headers } = sign(request, credentials, new Date());
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    const last = index === UNREAD - 1 ? 'connection: close\r\n' : '';
    return `GET ${target} HTTP/1.1\r\n${lines.join('')}${last}\r\n`;
  };
  /** Asks for blocks 0 to 31 on one connection, and reads nothing. */
  const ask = (): net.Socket => {
    const socket = net.connect({ host: hostname, port: Number(port) }).pause();
    for (let index = 0; index < UNREAD; index++) socket.write(headFor(index));
    return socket;
  };
  const readOthers = async (): Promise<void> => {
    for (let index = UNREAD; index < BLOCKS; index++) {
      const block = await getBlock(ebs, id, index, tokens.get(index) ?? '');
      assert.ok(block.equals(blocks[index] as Buffer));
    }
  };

  const [slow, cut] = [ask(), ask()];
  await readOthers();
  cut.destroy();
  await readOthers();

  const pieces: Buffer[] = [];
  for await (const piece of slow) pieces.push(piece);
  const came = Buffer.concat(pieces);
  for (let index = 0, at = 0; index < UNREAD; index++) {
    at = came.indexOf('\r\n\r\n', at) + 4;
    assert.ok(came.subarray(at, at + BLOCK).equals(blocks[index] as Buffer), `block ${index}`);
    at += BLOCK;
  }
});
