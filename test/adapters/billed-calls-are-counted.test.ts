import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { countS3Answers } from '../../adapters/aws/billed-answers.ts';
import { countedEbsCalls } from '../../adapters/aws/counted-ebs-calls.ts';
import { EbsCallError, type EbsCalls } from '../../adapters/aws/ebs-calls.ts';
import { createHttpS3Calls } from '../../adapters/aws/http-s3-calls.ts';
import { openKmsKeyWrapper } from '../../adapters/aws/open-kms-key-wrapper.ts';
import type { BilledCall } from '../../core/contracts/billed-calls.ts';

const REGION = 'eu-central-1';
const session = { accessKeyId: 'AKIA', secretAccessKey: 'hidden', sessionToken: 'hidden', expiresAt: 4e12 };
const credentials = () => session;

/** Answers with what comes next; `cut`: no answer at all. */
const serverOf = async (t: TestContext, answers: (number | 'cut')[], body = '') => {
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    request.resume().on('end', () => {
      const answer = answers.shift();
      if (answer === undefined || answer === 'cut') return void request.socket.destroy();
      response.writeHead(answer).end(answer === 200 ? body : '');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};
const counter = () => {
  const counted: BilledCall[] = [];
  return { counted, count: (call: BilledCall) => void counted.push(call) };
};

test('of S3 each answer below 500 is counted, by its class; deletes and what was never answered are not', async (t) => {
  const endpoint = await serverOf(t, [200, 404, 503, 'cut', 200, 412, 200, 200, 204]);
  const { counted, count } = counter();
  const calls = createHttpS3Calls({ region: REGION, bucket: 'b', credentials, endpoint, connections: 1, count });
  t.after(() => calls.close());
  const seen: unknown[] = [];
  const body = Buffer.from('x');
  for (const request of [
    { method: 'GET', key: 'a' },
    { method: 'GET', key: 'a' },
    { method: 'GET', key: 'a' },
    { method: 'GET', key: 'a' },
    { method: 'PUT', key: 'a', body },
    { method: 'PUT', key: 'a', body },
    { method: 'GET', query: { 'list-type': '2' } },
    { method: 'GET', key: 'a', query: { retention: '' } },
    { method: 'DELETE', key: 'a' },
  ] as const) {
    const before = counted.length;
    await calls.call(request, AbortSignal.timeout(5_000)).catch(() => undefined);
    seen.push(counted[before]);
  }
  assert.deepEqual(seen, ['s3Gets', 's3Gets', undefined, undefined, 's3Puts', 's3Puts', 's3Puts', 's3Gets', undefined]);
  assert.equal(counted.length, 6);
});

test('of the SDK’s S3 each try that is answered is counted the same', async (t) => {
  const endpoint = await serverOf(t, [503, 200, 404, 200, 200, 204], '<ListBucketResult></ListBucketResult>');
  const { counted, count } = counter();
  const client = new S3Client({ region: REGION, endpoint, credentials: session, forcePathStyle: true, maxAttempts: 2 });
  t.after(() => client.destroy());
  countS3Answers(client, count);
  const at = { Bucket: 'b', Key: 'a' };
  await client.send(new GetObjectCommand(at));
  assert.deepEqual(counted.splice(0), ['s3Gets'], 'of two tries one was answered');
  await assert.rejects(client.send(new GetObjectCommand(at)));
  await client.send(new PutObjectCommand({ ...at, Body: 'x' }));
  await client.send(new ListObjectsV2Command({ Bucket: 'b' }));
  await client.send(new DeleteObjectCommand(at));
  assert.deepEqual(counted, ['s3Gets', 's3Puts', 's3Puts']);
});

test('of KMS each try that is answered is counted', async (t) => {
  const endpoint = await serverOf(t, [500, 200], JSON.stringify({ CiphertextBlob: 'eA==' }));
  const before = process.env.AWS_ENDPOINT_URL;
  process.env.AWS_ENDPOINT_URL = endpoint;
  t.after(() => {
    if (before === undefined) delete process.env.AWS_ENDPOINT_URL;
    else process.env.AWS_ENDPOINT_URL = before;
  });
  const { counted, count } = counter();
  const wrapper = openKmsKeyWrapper(`arn:aws:kms:${REGION}:111111111111:key/1`, credentials, count);
  assert.equal(Buffer.from(await wrapper.wrap(Buffer.from('k'), {})).toString(), 'x');
  assert.deepEqual(counted, ['kms']);
});

test('of EBS direct blocks that came or were taken are counted, damaged ones too, and lists; no refusal, no seal', async () => {
  let fails: Error | undefined;
  const answer = async () => {
    if (fails) throw fails;
    return {} as never;
  };
  const api: EbsCalls = {
    listSnapshotBlocks: answer,
    listChangedBlocks: answer,
    getSnapshotBlock: answer,
    putSnapshotBlock: answer,
    completeSnapshot: answer,
    close: () => undefined,
  };
  const { counted, count } = counter();
  const calls = countedEbsCalls(api, count);
  const all = async (): Promise<BilledCall[]> => {
    const { signal } = new AbortController();
    const [snapshotId, into] = ['snap-1', new Uint8Array(1)];
    for (const call of [
      () => calls.listSnapshotBlocks({ snapshotId, maxResults: 1 }, signal),
      () => calls.listChangedBlocks({ firstSnapshotId: 's', secondSnapshotId: 't', maxResults: 1 }, signal),
      () => calls.getSnapshotBlock({ snapshotId, index: 0, token: 't' }, into, signal),
      () => calls.putSnapshotBlock({ snapshotId, index: 0, checksum: 'c' }, into, signal),
      () => calls.completeSnapshot({ snapshotId, changedBlocks: 1, checksum: 'c' }, signal),
    ])
      await call().catch(() => undefined);
    return counted.splice(0);
  };
  const four = ['blockLists', 'blockLists', 'blocksRead', 'blocksWritten'];
  assert.deepEqual(await all(), four);
  fails = new EbsCallError('RequestThrottledException', 400, 'slow down');
  assert.deepEqual(await all(), []);
  fails = new EbsCallError('Timeout', 0, 'no answer');
  assert.deepEqual(await all(), []);
  fails = new EbsCallError('BadAnswer', 200, 'damaged');
  assert.deepEqual(await all(), four);
});
