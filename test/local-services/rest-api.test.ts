import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import { createApiGateway, deployRestApi, type RestApi } from '../../local/apigateway/service.ts';
import { VirtualClock } from '../../local/kernel/clock.ts';
import type { PolicyDocument } from '../../local/kernel/service.ts';
import { createLambda, deployFunction } from '../../local/lambda/service.ts';
import { ACME, GLOBEX, REGION, startTwoAccounts, type TwoAccounts } from './two-accounts.ts';

let world: TwoAccounts;
const clock = new VirtualClock(Date.now());
const functionArn = `arn:aws:lambda:${REGION}:${ACME}:function:api`;

const deployApi = (more: Partial<RestApi> = {}) =>
  deployRestApi(world.cloud.kernel, {
    accountId: ACME,
    region: REGION,
    apiId: 'api123',
    stage: 'v1',
    name: 'sample',
    routes: [
      { method: 'get', path: 'jobs/{id}', functionArn },
      { method: 'GET', path: '/jobs/latest', functionArn },
      { method: 'POST', path: '/jobs', functionArn },
      { method: 'ANY', path: '/files/{path+}', functionArn },
    ],
    ...more,
  });

const deployApiFunction = (policy: PolicyDocument | undefined) =>
  deployFunction(world.cloud.kernel, {
    accountId: ACME,
    region: REGION,
    functionName: 'api',
    roleArn: `arn:aws:iam::${ACME}:role/functions`,
    codePath: fileURLToPath(new URL('./functions/api.mjs', import.meta.url)),
    handlerExport: 'handler',
    environment: {},
    timeoutSeconds: 10,
    memoryMb: 128,
    ...(policy && { policy }),
  });

const admitGateway: PolicyDocument = {
  Statement: {
    Effect: 'Allow',
    Principal: { Service: 'apigateway.amazonaws.com' },
    Action: 'lambda:InvokeFunction',
    Resource: functionArn,
    Condition: { ArnLike: { 'aws:SourceArn': `arn:aws:execute-api:${REGION}:${ACME}:api123/*` } },
  },
};

const anySignedCaller: PolicyDocument = {
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Principal: '*', Action: 'execute-api:Invoke', Resource: 'execute-api:/v1/*' },
};

before(async () => {
  world = await startTwoAccounts([createLambda, createApiGateway], clock);
  world.cloud.admin.putRole({
    accountId: ACME,
    name: 'functions',
    trustPolicy: {
      Statement: { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
    },
  });
  deployApiFunction(admitGateway);
  deployApi();
});
after(() => world.close());

const request = async (
  method: string,
  path: string,
  { by = world.acme, body }: { by?: { accessKeyId: string; secretAccessKey: string }; body?: string } = {},
) => {
  const url = new URL(`${world.cloud.endpoint}/_api/api123/v1${path}`);
  const signer = new SignatureV4({ service: 'execute-api', region: REGION, credentials: by, sha256: Sha256 });
  const signed = await signer.sign({
    method,
    protocol: url.protocol,
    hostname: url.hostname,
    port: Number(url.port),
    path: url.pathname,
    query: Object.fromEntries([...url.searchParams.keys()].map((name) => [name, url.searchParams.getAll(name)])),
    headers: { host: url.host, 'content-type': 'application/json' },
    ...(body !== undefined && { body }),
  });
  const response = await fetch(url, { method, headers: signed.headers, ...(body !== undefined && { body }) });
  const text = await response.text();
  return { status: response.status, headers: response.headers, json: text === '' ? undefined : JSON.parse(text) };
};

test('a signed request reaches the function as proxy event, with the identity of its caller', async () => {
  const { status, json } = await request('GET', '/jobs/job-1?state=open&state=failed');
  assert.equal(status, 200);
  assert.equal(json.resource, '/jobs/{id}');
  assert.equal(json.path, '/jobs/job-1');
  assert.equal(json.httpMethod, 'GET');
  assert.deepEqual(json.pathParameters, { id: 'job-1' });
  assert.deepEqual(json.multiValueQueryStringParameters, { state: ['open', 'failed'] });
  assert.deepEqual(json.queryStringParameters, { state: 'failed' });
  assert.equal(json.body, null);
  assert.equal(json.isBase64Encoded, false);
  const { identity, ...context } = json.requestContext;
  assert.equal(identity.accountId, ACME);
  assert.equal(identity.userArn, `arn:aws:iam::${ACME}:root`);
  assert.equal(identity.caller, identity.user);
  assert.equal(context.apiId, 'api123');
  assert.equal(context.stage, 'v1');
  assert.equal(context.path, '/v1/jobs/job-1');
  const posted = await request('POST', '/jobs', { body: '{"kind":"restore"}' });
  assert.equal(posted.json.body, '{"kind":"restore"}');
  assert.equal((await request('GET', '/jobs/latest')).json.resource, '/jobs/latest');
  const file = await request('PUT', '/files/a/b%20c');
  assert.deepEqual(file.json.pathParameters, { path: 'a/b c' });
});

test('the answer of the function becomes the response, and one of another form a 502', async () => {
  const created = await request('GET', '/jobs/1?answer=created');
  assert.equal(created.status, 201);
  assert.equal(created.headers.get('location'), '/jobs/1');
  assert.equal(created.headers.get('x-two'), 'a,b');
  assert.equal(created.json, undefined);
  for (const answer of ['broken', 'object', 'error']) {
    const { status, json } = await request('GET', `/jobs/1?answer=${answer}`);
    assert.equal(status, 502, answer);
    assert.deepEqual(json, { message: 'Internal server error' });
  }
});

test('routes, stages and methods that are not there are refused', async () => {
  for (const [method, path] of [
    ['GET', '/nothing'],
    ['DELETE', '/jobs/1'],
    ['GET', '/jobs/1/more'],
    ['GET', '/files/'],
  ] as const) {
    const { status, json } = await request(method, path);
    assert.equal(status, 403, path);
    assert.deepEqual(json, { message: 'Missing Authentication Token' });
  }
  const wrongKey = { ...world.acme, secretAccessKey: 'x'.repeat(40) };
  assert.equal((await request('GET', '/jobs/1', { by: wrongKey })).status, 403);
  const unsigned = await fetch(`${world.cloud.endpoint}/_api/api123/v1/jobs/1`);
  assert.equal(unsigned.ok, false);
});

test('another account is let in by the resource policy together with its own policies', async () => {
  const { admin } = world.cloud;
  const ask = (by: { accessKeyId: string; secretAccessKey: string }) => request('GET', '/jobs/1', { by });
  const denied = await ask(world.globex);
  assert.equal(denied.status, 403);
  assert.match(
    denied.json.Message,
    /is not authorized to perform: execute-api:Invoke on resource: arn:aws:execute-api:/,
  );
  deployApi({ resourcePolicy: anySignedCaller });
  const welcome = await ask(world.globex);
  assert.equal(welcome.status, 200);
  assert.equal(welcome.json.requestContext.identity.accountId, GLOBEX);
  admin.putUser({ accountId: GLOBEX, name: 'nobody' });
  assert.equal((await ask(admin.createAccessKey(GLOBEX, 'nobody'))).status, 403);
  const deny = {
    ...anySignedCaller,
    Statement: [anySignedCaller.Statement].flat().map((statement) => ({ ...statement, Effect: 'Deny' as const })),
  };
  deployApi({ resourcePolicy: deny });
  assert.equal((await ask(world.acme)).status, 403);
});

test("a function whose policy does not admit the gateway isn't called", async () => {
  deployApi();
  deployApiFunction(undefined);
  const { status, json } = await request('GET', '/jobs/1');
  assert.equal(status, 500);
  assert.deepEqual(json, { message: 'Internal server error' });
  deployApiFunction(admitGateway);
});

test('a body of more than 10 MiB is refused', async () => {
  deployApi();
  assert.equal((await request('POST', '/jobs', { body: 'x'.repeat(10 * 1024 * 1024 + 1) })).status, 413);
});

test('requests beyond the rate are refused until the bucket fills again', async () => {
  deployApi({ throttle: { ratePerSecond: 1, burst: 2 } });
  const statuses = async () => {
    const found: number[] = [];
    for (let n = 0; n < 3; n++) found.push((await request('GET', '/jobs/1')).status);
    return found;
  };
  assert.deepEqual(await statuses(), [200, 200, 429]);
  await clock.advance(2_000);
  assert.deepEqual(await statuses(), [200, 200, 429]);
});

test('what the gateway refuses by itself is said as the API has it, by type or by default of the hundred', async () => {
  // what the test before has used up
  await clock.advance(2_000_000);
  deployApi({
    throttle: { ratePerSecond: 0.001, burst: 2 },
    gatewayResponses: {
      THROTTLED: {
        statusCode: 429,
        headers: { 'content-type': 'application/problem+json' },
        template: '{"code":"Slow","detail":$context.error.messageString,"type":"$context.error.responseType"}',
      },
      DEFAULT_4XX: { statusCode: 400, headers: {}, template: '{"code":"Bad","said":"$context.error.message"}' },
      DEFAULT_5XX: { headers: {}, template: '{"code":"Broken","nothing":"$context.authorizer.principalId"}' },
    },
  });
  const unknown = await request('GET', '/nothing');
  assert.deepEqual([unknown.status, unknown.json], [400, { code: 'Bad', said: 'Missing Authentication Token' }]);
  await request('GET', '/jobs/1');
  const throttled = await request('GET', '/jobs/1');
  assert.deepEqual(
    [throttled.status, throttled.json],
    [429, { code: 'Slow', detail: 'Too Many Requests', type: 'THROTTLED' }],
  );
  assert.equal(throttled.headers.get('content-type'), 'application/problem+json');
  const wrongKey = { ...world.acme, secretAccessKey: 'x'.repeat(40) };
  const forged = await request('GET', '/jobs/1', { by: wrongKey });
  assert.equal(forged.json.code, 'Bad');
  assert.match(forged.json.said, /signature/);
  const unsigned = await fetch(`${world.cloud.endpoint}/_api/api123/v1/jobs/1`);
  assert.deepEqual(await unsigned.json(), { code: 'Bad', said: 'Missing Authentication Token' });
  await clock.advance(2_000_000);
  const broken = await request('GET', '/jobs/1?answer=broken');
  assert.deepEqual([broken.status, broken.json], [502, { code: 'Broken', nothing: '' }], 'its status is kept');
});

test('an unsigned request for an API that has no words of its own', async () => {
  deployApi();
  const unsigned = await fetch(`${world.cloud.endpoint}/_api/api123/v1/jobs/1`);
  assert.deepEqual([unsigned.status, await unsigned.json()], [403, { message: 'Missing Authentication Token' }]);
});

test('after a restart the API is there', async () => {
  deployApi();
  await world.restart();
  assert.equal((await request('GET', '/jobs/1')).status, 200);
});
