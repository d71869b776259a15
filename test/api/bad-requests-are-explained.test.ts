import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Problem } from '../../core/contracts/api.ts';
import { createOperatorApi } from '../../functions/api/operator-api.ts';
import { createTenantApi } from '../../functions/api/tenant-api.ts';
import { callAs, event } from './call-as.ts';
import { createWorld } from './world.ts';
import { ACME, acme, bolt, job } from './world-records.ts';

const call = (...input: Parameters<ReturnType<typeof callAs>>) => callAs(createWorld(), ACME)(...input);

const refusedFor = async (body: unknown) => {
  const { status, body: problem } = await call('POST', '/backups', { body });
  assert.equal(status, 400);
  return problem;
};
const instanceIds = ['i-0123456789abcdef0'];

test('what is wrong is said as a sentence, with the field and what to do', async () => {
  assert.deepEqual(await refusedFor({ instanceIds: ['i-1'] }), {
    type: 'urn:holdfast:error:InvalidRequest',
    title: 'Invalid request',
    status: 400,
    code: 'InvalidRequest',
    detail: 'instanceIds[0] must be an EC2 instance id, like i-0123456789abcdef0.',
    field: 'instanceIds[0]',
    remedy: 'Correct it and send the request again.',
  });
});

test('each kind of mistake has its own sentence', async () => {
  const details = async (body: unknown) => (await refusedFor(body)).detail;
  const nothing = 'instanceIds must name at least one instance, VM group or plan.';
  assert.equal(await details({}), nothing);
  assert.equal(await details({ instanceIds: [] }), nothing);
  assert.equal(await details({ instanceIds, level: 'all' }), 'level must be one of full, incremental.');
  assert.equal(await details({ instanceIds, queueDeadlineSeconds: 0 }), 'queueDeadlineSeconds must be at least 1.');
  assert.equal(
    await details({ instanceIds, queueDeadlineSeconds: 1.5 }),
    'queueDeadlineSeconds must be a whole number.',
  );
  assert.equal(await details({ instanceIds: 'i-0123456789abcdef0' }), 'instanceIds must be a list.');
  assert.equal(await details([]), 'The body must be a JSON object.');
  assert.match(await details({ instanceIds: ['x'], level: 3 }), /^instanceIds\[0\] .*\. level must be one of/);
});

test('what is wrong in a rule is said of the condition that was meant', async () => {
  const details = async (match: unknown) => {
    const { body } = await call('POST', '/vm-groups', { body: { name: 'shops', match } });
    assert.equal(body.status, 400);
    return body.detail;
  };
  assert.equal(await details(undefined), 'match is missing.');
  assert.equal(await details(5), 'match must be a JSON object.');
  assert.match(await details({ tga: 'x' }), /^match must have exactly one of all, instanceIds, tag, name, /);
  assert.match(await details({ all: true, name: 'x' }), /^match must have exactly one of /);
  assert.equal(await details({ tag: { key: '' } }), 'match.tag.key must have at least 1 character.');
  assert.match(
    await details({ and: [{ all: true }, { or: [{ vpcId: 'x' }] }] }),
    /^match\.and\[1\]\.or\[0\]\.vpcId must be a VPC id/,
  );
});

test('a key that is no idempotency key is refused, naming the header', async () => {
  const { body } = await call('POST', '/backups', { body: { instanceIds }, key: 'two words' });
  assert.deepEqual([body.status, body.field], [400, 'Idempotency-Key']);
});

test('a field that names a tenant, or any that is not known, is refused by name', async () => {
  for (const field of ['tenantId', 'accountId', 'hypervisorId', 'anything']) {
    const problem = await refusedFor({ instanceIds, [field]: bolt.hypervisorId });
    assert.equal(problem.field, field);
    assert.equal(problem.detail, `${field} is not known here.`);
    assert.doesNotMatch(JSON.stringify(problem), new RegExp(bolt.hypervisorId));
  }
  const { body } = await call('POST', `/jobs/${job(1, acme).jobId}/cancel`, { body: { tenantId: bolt.hypervisorId } });
  assert.deepEqual([body.status, body.detail], [400, 'This route takes no body.']);
  const { body: query } = await call('GET', '/jobs', { query: { tenantId: bolt.hypervisorId } });
  assert.deepEqual([query.status, query.field], [400, 'tenantId']);
});

test('bodies that are not JSON, too large or absent are refused', async () => {
  const details = async (rawBody: string) => (await call('POST', '/backups', { rawBody })).body.detail;
  assert.equal(await details('{"instanceIds":'), 'The body is not JSON.');
  assert.equal(await details(''), 'The body is missing.');
  assert.match(await details(`{"x":"${'x'.repeat(70_000)}"}`), /at most 65536/);
});

test('a body that API Gateway hands over in base64 is read', async () => {
  const world = createWorld();
  const body = Buffer.from(JSON.stringify({ instanceIds })).toString('base64');
  const response = await createTenantApi(world.deps)({
    ...event(ACME, 'POST', '/backups'),
    body,
    isBase64Encoded: true,
  });
  assert.equal(response.statusCode, 202);
});

test('ids and numbers in paths and queries are checked, naming them', async () => {
  const fieldOf = async (path: string, query?: Record<string, string>) => {
    const { status, body } = await call('GET', path, query ? { query } : {});
    return [status, body.field];
  };
  assert.deepEqual(await fieldOf('/jobs/rp-0199aaaa'), [400, 'jobId']);
  assert.deepEqual(await fieldOf('/jobs/%2e%2e'), [400, 'jobId']);
  assert.deepEqual(await fieldOf('/jobs/%zz'), [400, 'jobId']);
  assert.deepEqual(await fieldOf('/recovery-points/job-0199aaaa'), [400, 'recoveryPointId']);
  assert.deepEqual(await fieldOf('/jobs', { limit: '0' }), [400, 'limit']);
  assert.deepEqual(await fieldOf('/jobs', { limit: 'many' }), [400, 'limit']);
  assert.deepEqual(await fieldOf('/jobs', { next: 'not-a-cursor' }), [400, 'next']);
  assert.deepEqual(await fieldOf('/recovery-points', { instanceId: 'i-x' }), [400, 'instanceId']);
});

test('a parameter that is given twice is refused', async () => {
  const twice = { ...event(ACME, 'GET', '/jobs'), multiValueQueryStringParameters: { limit: ['1', '2'] } };
  const response = await createTenantApi(createWorld().deps)(twice);
  assert.equal(response.statusCode, 400);
  assert.equal(JSON.parse(response.body).field, 'limit');
});

test('unknown routes are not found, and strangers learn not even that', async () => {
  const world = createWorld();
  const routes = [
    ['GET', '/'],
    ['GET', '/nothing'],
    ['DELETE', '/jobs'],
    ['GET', '/jobs/'],
    ['GET', '/hypervisor'],
  ] as const;
  for (const [method, path] of routes.slice(0, 4)) assert.equal((await call(method, path)).status, 404);
  const strangers = await Promise.all(routes.map(([method, path]) => callAs(world, '444444444444')(method, path)));
  assert.ok(strangers.every(({ status, body }) => status === 403 && body.code === 'NotAllowed'));
  assert.equal(new Set(strangers.map(({ text }) => text)).size, 1);
});

test('every refusal is problem+json', async () => {
  const answer = await call('GET', '/nothing');
  assert.equal(answer.type, 'application/problem+json');
  Problem.parse(answer.body);
});

test('what nobody foresaw is a 500 that says nothing of the inside, and is reported', async () => {
  const world = createWorld();
  const { jobs } = world.deps.catalog;
  jobs.list = async () => {
    throw new Error('canary-of-the-inside');
  };
  const answer = await callAs(world, ACME)('GET', '/jobs');
  assert.deepEqual([answer.status, answer.body.code], [500, 'InternalError']);
  assert.ok(!answer.text.includes('canary') && answer.text.includes('request-1'));
  assert.match(String(world.calls.reported[0]), /canary/);
});

test('an answer with a field that the contract does not have never leaves', async () => {
  const world = createWorld();
  const { hypervisors } = world.deps.catalog;
  const own = { ...acme, name: 5 as unknown as string };
  hypervisors.tenantOfAccount = async () => own;
  const answer = await callAs(world, ACME)('GET', '/hypervisor');
  assert.equal(answer.status, 500);
});

test('both handlers can be made from the ports alone', () => {
  const { deps } = createWorld();
  assert.equal(typeof createTenantApi(deps), 'function');
  assert.equal(typeof createOperatorApi(deps), 'function');
});
