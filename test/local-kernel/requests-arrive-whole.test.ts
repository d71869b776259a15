import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { z } from 'zod';
import { decodeAwsChunked } from '../../local/http/aws-chunked.ts';
import { nestParameters } from '../../local/http/query-parameters.ts';
import { compileRoutes } from '../../local/http/routes.ts';
import { toXml } from '../../local/http/xml.ts';
import { operation, type ServiceFactory } from '../../local/kernel/service.ts';
import { allow, clientConfig, freshCloud, TENANT_A, userKeys } from './fresh-cloud.ts';

test('keys with any characters, and bodies of any kind, pass the signature and come back', async (t) => {
  const cloud = await freshCloud(t);
  const config = clientConfig(cloud, userKeys(cloud, TENANT_A, 'ops', allow('s3:*')));
  const s3 = new S3Client(config);
  await s3.send(new CreateBucketCommand({ Bucket: 'lib' }));
  const keys = ['plain', 'a b+c', 'ä/ö', "q'(!)*~", 'a//b', 'x/../y', 'p%2Fq', 'trailing/', '=&?#:@,;$'];
  for (const Key of keys) {
    await s3.send(new PutObjectCommand({ Bucket: 'lib', Key, Body: Key }));
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'lib', Key }));
    assert.equal(await Body?.transformToString(), Key);
  }
  const { Contents } = await s3.send(new ListObjectsV2Command({ Bucket: 'lib', Prefix: 'a b+' }));
  assert.deepEqual(
    Contents?.map(({ Key }) => Key),
    ['a b+c'],
  );

  const large = Buffer.alloc(3_000_001, 'x');
  const bodies = [Buffer.alloc(0), large, Readable.from([large.subarray(0, 1_000_000), large.subarray(1_000_000)])];
  for (const Body of bodies) {
    const ContentLength = Body instanceof Readable ? large.length : Body.length;
    await s3.send(new PutObjectCommand({ Bucket: 'lib', Key: 'large', Body, ContentLength }));
    const got = await (
      await s3.send(new GetObjectCommand({ Bucket: 'lib', Key: 'large' }))
    ).Body?.transformToByteArray();
    assert.equal(got?.length, ContentLength);
  }
});

test('aws-chunked bodies are unwrapped; signed chunks are checked; a cut body is refused', () => {
  const body = Buffer.from('5;x=y\r\nhello\r\n6\r\n world\r\n0\r\nx-amz-checksum-crc32: AAAA\r\n\r\n');
  const { content, trailers } = decodeAwsChunked(body);
  assert.equal(content.toString(), 'hello world');
  assert.deepEqual(trailers, { 'x-amz-checksum-crc32': 'AAAA' });
  for (let length = 0; length < body.indexOf('0\r\nx-amz'); length++)
    assert.throws(() => decodeAwsChunked(body.subarray(0, length)), { code: 'IncompleteBody' }, `${length}`);

  const signing = { signingKey: Buffer.from('key'), timestamp: '20260101T000000Z', scope: 'scope', seed: 'seed' };
  const sha = (data: string): string => createHash('sha256').update(data).digest('hex');
  const sign = (previous: string, chunk: string): string =>
    createHmac('sha256', signing.signingKey)
      .update(['AWS4-HMAC-SHA256-PAYLOAD', signing.timestamp, 'scope', previous, sha(''), sha(chunk)].join('\n'))
      .digest('hex');
  const one = sign('seed', 'hello');
  const frames = `5;chunk-signature=${one}\r\nhello\r\n0;chunk-signature=${sign(one, '')}\r\n\r\n`;
  assert.equal(decodeAwsChunked(Buffer.from(frames), signing).content.toString(), 'hello');
  assert.throws(() => decodeAwsChunked(Buffer.from(frames.replace('hello', 'jello')), signing), {
    code: 'SignatureDoesNotMatch',
  });
});

test('query parameters nest, with lists in order and gaps closed', () => {
  const nest = (text: string) => nestParameters(new URLSearchParams(text));
  assert.deepEqual(nest('Action=A&Version=1&Filter.2.Name=b&Filter.1.Name=a&Filter.1.Value.10=y&Filter.1.Value.2=x'), {
    Filter: [{ Name: 'a', Value: ['x', 'y'] }, { Name: 'b' }],
  });
  assert.deepEqual(nest('Tags.member.1.Key=k&Tags.member.1.Value='), { Tags: [{ Key: 'k', Value: '' }] });
  assert.deepEqual(nest('Ebs.Size=1&Ebs.Type=gp3'), { Ebs: { Size: '1', Type: 'gp3' } });
  for (const broken of ['A=1&A.B=2', 'A.B=2&A=1', 'A=1&A=2', 'A..B=1', 'A.=1', `${'A.'.repeat(20)}B=1`])
    assert.throws(() => nest(broken), { code: 'MalformedQueryString' }, broken);
  assert.equal(({} as { x?: string }).x, undefined);
  assert.deepEqual(Object.keys(nest('__proto__.x=1')), ['__proto__']);
  assert.equal(({} as { x?: string }).x, undefined, 'nothing leaks into all objects');
});

test('routes: what says more about the request goes first', () => {
  const find = compileRoutes([
    { method: 'GET', path: '/{bucket}/{key+}', target: 'object' },
    { method: 'GET', path: '/{bucket}', target: 'list' },
    { method: 'GET', path: '/{bucket}', query: ['list-type=2'], target: 'list-2' },
    { method: 'GET', path: '/{bucket}?uploads', target: 'uploads' },
    { method: 'PUT', path: '/{bucket}/{key+}', target: 'put' },
    { method: 'PUT', path: '/{bucket}/{key+}', header: ['x-amz-copy-source'], target: 'copy' },
    { method: 'GET', path: '/', target: 'root' },
    { method: 'GET', path: '/snapshots/{id}/blocks/{index}', target: 'block' },
  ]);
  const at = (method: string, path: string, query = '', headers = {}) =>
    find(method, path, new URLSearchParams(query), headers);
  assert.equal(at('GET', '/')?.target, 'root');
  assert.equal(at('GET', '/b')?.target, 'list');
  assert.equal(at('GET', '/b/')?.target, 'list');
  assert.equal(at('GET', '/b', 'list-type=2')?.target, 'list-2');
  assert.equal(at('GET', '/b', 'uploads')?.target, 'uploads');
  assert.deepEqual(at('GET', '/b/x/y%2Fz/'), { target: 'object', params: { bucket: 'b', key: 'x/y/z/' } });
  assert.equal(at('PUT', '/b/k', '', { 'x-amz-copy-source': 's' })?.target, 'copy');
  assert.equal(at('PUT', '/b/k')?.target, 'put');
  assert.deepEqual(at('GET', '/snapshots/snap-1/blocks/7'), { target: 'block', params: { id: 'snap-1', index: '7' } });
  assert.equal(at('DELETE', '/b'), undefined);
});

test('answers in XML escape, repeat lists, and leave out what is absent', () => {
  const xml = toXml('R', 'urn:x', {
    a: '<&"\'>',
    n: 0,
    b: false,
    none: undefined,
    nil: null,
    list: { item: [1, 'two'] },
    empty: [],
    at: new Date(0),
  });
  assert.equal(
    xml.replace(/^.*\n/, ''),
    '<R xmlns="urn:x"><a>&lt;&amp;&quot;&apos;&gt;</a><n>0</n><b>false</b><list><item>1</item><item>two</item></list><at>1970-01-01T00:00:00.000Z</at></R>',
  );
});

test('control routes need the token and stream; mounts take unsigned requests; health is open', async (t) => {
  const guests: ServiceFactory = () => ({
    name: 'guests',
    protocol: 'rest-json',
    eventSource: 'guests.amazonaws.com',
    operations: [],
    control: [
      {
        method: 'PUT',
        path: '/guests/{id}/data',
        async handle(request, response, params, query) {
          let bytes = 0;
          for await (const piece of request) bytes += (piece as Buffer).length;
          response.end(`${params.id} ${query.get('offset')} ${bytes}`);
        },
      },
    ],
  });
  const cloud = await freshCloud(t, { services: [guests] });
  const put = (headers: Record<string, string>) =>
    fetch(`${cloud.endpoint}/_local/guests/vol%201/data?offset=5`, {
      method: 'PUT',
      headers,
      body: Buffer.alloc(100_000),
    });
  assert.equal((await put({})).status, 403);
  assert.equal((await put({ 'x-local-control': 'no' })).status, 403);
  assert.equal(await (await put({ 'x-local-control': cloud.controlToken })).text(), 'vol 1 5 100000');
  assert.equal((await fetch(`${cloud.endpoint}/_local/health`)).status, 200);
  assert.equal(
    (await fetch(`${cloud.endpoint}/_local/x`, { headers: { 'x-local-control': cloud.controlToken } })).status,
    404,
  );
  cloud.mount('/console', (_request, response, url) => void response.end(url.pathname));
  assert.equal(await (await fetch(`${cloud.endpoint}/console/a?b`)).text(), '/console/a');
});

test('an error of the cloud itself is answered as AWS answers its own, and is on record', async (t) => {
  const broken: ServiceFactory = () => ({
    name: 's3',
    protocol: 'rest-xml',
    eventSource: 's3.amazonaws.com',
    operations: [
      operation({
        name: 'ListBuckets',
        route: { method: 'GET', path: '/' },
        input: z.unknown(),
        access: () => [],
        run: () => {
          throw new TypeError('a bug');
        },
      }),
    ],
  });
  const cloud = await freshCloud(t, { services: [broken] });
  t.mock.method(console, 'error', () => undefined);
  const s3 = new S3Client(clientConfig(cloud, userKeys(cloud, TENANT_A, 'ops', allow('*'))));
  await assert.rejects(s3.send(new ListBucketsCommand({})), { name: 'InternalError' });
  assert.equal((await cloud.trail.records({ errorCode: 'InternalFailure' })).length, 1);
});
