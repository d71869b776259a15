import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { sha256 } from '../../adapters/system.ts';
import {
  approverRoutes,
  operatorRoutes,
  operatorTenantPrefix,
  operatorTenantRoutes,
  tenantRoutes,
} from '../../core/contracts/api.ts';
import type { AuditEntry } from '../../core/contracts/audit.ts';
import { createChainCheck } from '../../core/domain/audit-chain.ts';
import { destructiveRoutes, isAudited, isDestructive, looks, mayHashBody } from '../../core/domain/audited-routes.ts';
import type { Route } from '../../functions/api/endpoint.ts';
import { callAs } from '../api/call-as.ts';
import { createWorld, type World } from '../api/world.ts';
import { ACME, acme, BOLT, job, KEYS, PROVIDER, plan, point, service } from '../api/world-records.ts';

const operatorOfTenant = (path: string): string => `/operator/tenants/${acme.hypervisorId}${path}`;
const last = (world: World): AuditEntry => world.auditing.written().at(-1) as AuditEntry;
const worldWithPlan = () => {
  const world = createWorld();
  const own = plan(1, acme);
  world.records.plans.set(own.planId, own);
  return { world, own };
};

test('who did what, when, from where: of a change', async () => {
  const { world } = worldWithPlan();
  const body = { name: 'nightly' };
  const made = await callAs(world, ACME)('POST', '/plans', { body });
  assert.equal(made.status, 201);
  assert.equal(world.auditing.written().length, 1);
  const { hash, ...entry } = last(world);
  assert.match(hash, /^[0-9a-f]{64}$/);
  assert.deepEqual(entry, {
    seq: 1,
    at: '2026-01-01T00:00:00.000Z',
    who: { kind: 'tenant', principal: `arn:aws:iam::${ACME}:user/someone`, accountId: ACME },
    what: {
      operation: 'POST /plans',
      tenantId: acme.hypervisorId,
      subjects: [made.body.planId],
      bodySha256: sha256(JSON.stringify(body)),
    },
    from: { sourceIp: '192.0.2.10', userAgent: 'holdfast' },
    allowed: true,
    outcome: 'Done',
    requestId: 'request-1',
    previous: '0'.repeat(64),
  });
});

test('what is destructive is recorded before and after, under one request id', async () => {
  const { world, own } = worldWithPlan();
  assert.equal((await callAs(world, ACME)('DELETE', `/plans/${own.planId}`)).status, 200);
  assert.deepEqual(
    world.auditing
      .written()
      .map(({ outcome, allowed, what, requestId }) => [outcome, allowed, what.operation, what.subjects[0], requestId]),
    ['Asked', 'Done'].map((outcome) => [outcome, true, 'DELETE /plans/{planId}', own.planId, 'request-1']),
  );
});

test('a refusal is recorded with its reason: no such thing, no such route, no account of ours, no signature', async () => {
  const { world, own } = worldWithPlan();
  const refusals = async (account: string | null, method: string, path: string) => {
    const { status } = await callAs(world, account)(method, path);
    const { who, what, allowed, outcome } = last(world);
    assert.equal(allowed, false);
    return [status, who.kind, who.principal, what.operation, what.subjects, outcome];
  };
  const someone = (account: string): string => `arn:aws:iam::${account}:user/someone`;
  const plan_ = 'GET /plans/{planId}';
  assert.deepEqual(await refusals(BOLT, 'GET', `/plans/${own.planId}`), [
    ...[404, 'tenant', someone(BOLT), plan_, [own.planId], 'NotFound'],
  ]);
  assert.deepEqual(await refusals(ACME, 'GET', '/plans/ours'), [
    ...[400, 'tenant', someone(ACME), plan_, [], 'InvalidRequest'],
  ]);
  assert.deepEqual(await refusals(ACME, 'GET', '/etc/passwd'), [
    ...[404, 'tenant', someone(ACME), 'GET (no route)', [], 'NotFound'],
  ]);
  assert.deepEqual(await refusals('777777777777', 'DELETE', `/plans/${own.planId}`), [
    ...[403, 'unknown', someone('777777777777'), 'DELETE (no route)', [], 'NotAllowed'],
  ]);
  assert.deepEqual(await refusals(ACME, 'DELETE', `/operator/hypervisors/${service.hypervisorId}`), [
    ...[403, 'unknown', someone(ACME), 'DELETE (no route)', [], 'NotAllowed'],
  ]);
  assert.deepEqual(await refusals(null, 'GET', '/jobs'), [403, 'unknown', '', 'GET (no route)', [], 'NotAllowed']);
});

test('what operators read of a tenant is recorded; what tenants read of themselves is not', async () => {
  const { world } = worldWithPlan();
  assert.equal((await callAs(world, ACME)('GET', '/plans')).status, 200);
  assert.equal((await callAs(world, PROVIDER)('GET', '/operator/hypervisors')).status, 200);
  assert.equal(world.auditing.written().length, 0);
  assert.equal((await callAs(world, PROVIDER)('GET', operatorOfTenant('/plans'))).status, 200);
  const { who, what, outcome } = last(world);
  assert.deepEqual(
    [who.kind, what.operation, what.tenantId, outcome],
    ['operator', 'GET /operator/tenants/{hypervisorId}/plans', acme.hypervisorId, 'Done'],
  );
});

const everyRoute: readonly Route[] = [
  ...Object.values(tenantRoutes),
  ...Object.values(operatorRoutes),
  ...Object.values(approverRoutes),
  ...Object.values(operatorTenantRoutes).map((route) => ({ ...route, path: `${operatorTenantPrefix}${route.path}` })),
];

test('every route that changes something is recorded, and what can take backups away is refused unrecorded', () => {
  const named = (routes: readonly Route[]): string[] => routes.map(({ method, path }) => `${method} ${path}`);
  assert.deepEqual(
    named(everyRoute.filter((route) => route.method !== 'GET' && !isAudited(route))).toSorted(),
    looks.toSorted(),
  );
  for (const route of destructiveRoutes)
    assert.ok(
      named(everyRoute).some((each) => each === route || each === route.replace(' ', ` ${operatorTenantPrefix}`)),
      route,
    );
  const destructive = named(everyRoute.filter(isDestructive));
  for (const path of ['/recovery-points/{recoveryPointId}/legal-hold', '/plans/{planId}', '/vm-groups/{groupId}'])
    for (const prefix of ['', operatorTenantPrefix]) assert.ok(destructive.includes(`DELETE ${prefix}${path}`), path);
  assert.ok(destructive.includes('DELETE /operator/hypervisors/{hypervisorId}/binding'));
  assert.ok(destructive.includes(`POST ${operatorTenantPrefix}/library-runs`));
  assert.ok(destructive.includes(`PUT ${operatorTenantPrefix}/plans/{planId}`));
});

test('without the audit log nothing destructive is done: the caller is told, and may try again', async () => {
  const { world, own } = worldWithPlan();
  const held = point(1, acme, { legalHold: { since: 1, reason: 'case', by: 'x' } } as never);
  world.records.points.set(held.recoveryPointId, held);
  world.auditing.trouble.error = new Error('the table is gone');
  const before = structuredClone(world.records);
  const tries: [string, string, string, unknown?][] = [
    [ACME, 'DELETE', `/plans/${own.planId}`],
    [ACME, 'PUT', `/plans/${own.planId}`, { name: 'less', retention: { days: 1 } }],
    [ACME, 'DELETE', `/recovery-points/${held.recoveryPointId}/legal-hold`],
    [ACME, 'POST', '/retention', { token: 'x' }],
    [PROVIDER, 'DELETE', `/operator/hypervisors/${acme.hypervisorId}`],
    [PROVIDER, 'DELETE', `/operator/hypervisors/${acme.hypervisorId}/binding`],
    [PROVIDER, 'POST', operatorOfTenant('/library-runs'), { task: 'prune' }],
    [PROVIDER, 'DELETE', operatorOfTenant(`/plans/${own.planId}`)],
  ];
  for (const [account, method, path, body] of tries) {
    const answer = await callAs(world, account)(method, path, body === undefined ? {} : { body });
    assert.equal(answer.status, 503, `${method} ${path}: ${answer.text}`);
    assert.equal(answer.body.code, 'NotRecorded');
    assert.match(answer.body.detail, /so nothing was done/);
    assert.match(answer.body.remedy, /Try again/);
    assert.doesNotMatch(answer.text, /table/);
  }
  assert.deepEqual(world.records, before);
  assert.deepEqual(world.calls.started, []);
  delete world.auditing.trouble.error;
  assert.equal((await callAs(world, ACME)('DELETE', `/plans/${own.planId}`)).status, 200);
});

test('without the audit log a tenant’s access is still taken back, and that it is not recorded is reported', async () => {
  const { world } = worldWithPlan();
  world.auditing.trouble.error = new Error('the table is gone');
  const path = `/operator/hypervisors/${acme.hypervisorId}/revoke`;
  assert.equal((await callAs(world, PROVIDER)('POST', path, { body: { reason: 'key lost' } })).status, 200);
  assert.ok((world.records.hypervisors.get(acme.hypervisorId) as typeof acme).revoked);
  assert.equal(world.auditing.reported.length, 2, 'before and after');
});

test('without the audit log backups go on, and that they are not recorded is reported', async () => {
  const { world } = worldWithPlan();
  world.auditing.trouble.error = new Error('the table is gone');
  const body = { instanceIds: ['i-0123456789abcdef0'] };
  assert.equal((await callAs(world, ACME)('POST', '/backups', { body })).status, 202);
  assert.equal((await callAs(world, ACME)('GET', '/plans/ours')).status, 400);
  assert.equal(world.auditing.reported.length, 2);
});

test('a retention run names each point that it removes, before and after, and by whom', async () => {
  const { world, own } = worldWithPlan();
  const old = Array.from({ length: 230 }, (_, n) =>
    point(n + 1, acme, { planId: own.planId, serviceId: service.hypervisorId }),
  );
  world.records.plans.set(own.planId, { ...own, retention: { days: 1 } });
  for (const each of old) world.records.points.set(each.recoveryPointId, each);
  const newest = point(900, acme, { planId: own.planId, takenAt: old[0]?.takenAt ?? 0 + 1 });
  world.records.points.set(newest.recoveryPointId, { ...newest, takenAt: newest.takenAt + 30 * 86_400_000 });
  world.advance(31 * 86_400_000);
  const { body: shown } = await callAs(world, PROVIDER)('GET', operatorOfTenant('/retention'));
  assert.ok(shown.removes.length > 200, `${shown.removes.length}`);
  const { body: ran } = await callAs(world, PROVIDER)('POST', operatorOfTenant('/retention'), {
    body: { token: shown.token },
  });
  const removals = world.auditing.written().filter(({ what }) => what.operation === 'remove recovery points');
  for (const outcome of ['Asked', 'Done']) {
    const named = removals.filter((each) => each.outcome === outcome).flatMap(({ what }) => what.subjects);
    assert.deepEqual(named.toSorted(), ran.removed.toSorted(), outcome);
  }
  for (const { who, what } of removals) {
    assert.deepEqual([who.kind, who.principal], ['operator', `arn:aws:iam::${PROVIDER}:user/someone`]);
    assert.equal(what.tenantId, acme.hypervisorId);
  }
});

test('a tenant cannot fill the log: looks are not in it, changes are counted, and it removes so much a minute', async () => {
  const { world } = worldWithPlan();
  const asTenant = callAs(world, ACME);
  for (let n = 0; n < 100; n += 1)
    await asTenant('POST', '/vm-groups/preview', { body: { include: [{ kind: 'all' }], exclude: [] } });
  const looked = world.auditing.written().filter(({ allowed }) => allowed);
  assert.deepEqual(looked, []);

  const before = world.auditing.written().length;
  for (let n = 0; n < 100; n += 1) await asTenant('POST', '/plans', { body: { name: `plan ${n}` } });
  assert.equal(world.auditing.written().length - before, 60);
  world.advance(60_001);
  await asTenant('POST', '/plans', { body: { name: 'one more' } });
  assert.equal(last(world).leftOut, 40);

  const some = [...world.records.plans.keys()];
  const answers = [];
  for (const planId of some.slice(0, 70)) answers.push(await asTenant('DELETE', `/plans/${planId}`));
  assert.equal(answers.filter(({ status }) => status === 200).length, 60);
  const [refused] = answers.filter(({ status }) => status !== 200);
  assert.deepEqual([refused?.status, refused?.body.code, refused?.retryAfter], [429, 'TooManyRequests', '60']);
  assert.equal(world.records.plans.size, some.length - 60, 'nothing of it was done');
  const own = world.auditing.written().filter(({ outcome }) => outcome === 'TooManyRequests');
  assert.equal(own.length, 10);
  const other = plan(2, acme);
  world.records.plans.set(other.planId, other);
  assert.equal((await callAs(world, PROVIDER)('DELETE', operatorOfTenant(`/plans/${other.planId}`))).status, 200);
  world.advance(60_001);
  assert.equal((await asTenant('DELETE', `/plans/${some.at(-1)}`)).status, 200);
});

test('a stranger’s flood does not fill the log, and what was left out is counted', async () => {
  const { world } = worldWithPlan();
  for (let n = 0; n < 300; n += 1) await callAs(world, '777777777777')('GET', '/jobs');
  assert.equal(world.auditing.written().length, 60);
  world.advance(60_001);
  await callAs(world, '777777777777')('GET', '/jobs');
  assert.equal(last(world).leftOut, 240);
  for (let n = 0; n < 100; n += 1) await callAs(world, PROVIDER)('GET', '/operator/nothing');
  assert.equal(world.auditing.written().length, 161, 'of operators each one is written');
});

test('no secret of a request is in the log, nor anything that a caller made up', async () => {
  const world = createWorld();
  const secret = 'canary-secret-0000000000000000000000000000';
  const call = callAs(world, PROVIDER);
  const keyed = { kind: 'tenant', name: `canary-name`, accountId: '444444444444', region: 'eu-central-1' };
  const auth = { method: 'access-key', accessKeyId: 'AKIACANARYCANARYCAN0', secretAccessKey: secret };
  await call('POST', '/operator/hypervisors', { body: { ...keyed, auth } });
  await call('POST', '/operator/hypervisors', { rawBody: `{"secretAccessKey":"${secret}` });
  await call('POST', `/operator/${secret}`, { body: { secret } });
  await call('GET', operatorOfTenant(`/jobs/${secret}`), { query: { token: secret } });
  await callAs(world, ACME)('POST', '/plans', { body: { name: 'x', planId: secret, [secret]: secret } });
  await callAs(world, ACME)('POST', '/retention', { body: { token: secret } });
  const written = JSON.stringify(world.auditing.written());
  assert.ok(world.auditing.written().length >= 6);
  assert.doesNotMatch(written, /canary/i);
});

test('whatever is in headers and ARNs, an entry is written that can be read and verified', async () => {
  const world = createWorld();
  for (const userAgent of ['\u0000\u001b[31mred', '\ud83d', 'x'.repeat(5_000), '😀'.repeat(400), '', '\u202eevil']) {
    await world.tenantApi({
      httpMethod: 'POST',
      path: '/plans',
      body: '{"name":"é😀\\ud83d"}',
      requestContext: {
        requestId: 'r'.repeat(500),
        identity: {
          accountId: ACME,
          userArn: `arn:aws:iam::${ACME}:user/\ud83d${userAgent}`,
          sourceIp: '::1',
          userAgent,
        },
      },
    });
  }
  const check = createChainCheck(sha256, [], { fromTheStart: true });
  const written = world.auditing.written();
  assert.equal(written.length, 6);
  for (const entry of written) {
    // as it comes back from a table, which keeps UTF-8
    const stored: unknown = JSON.parse(Buffer.from(JSON.stringify(entry)).toString());
    assert.equal(check.add(stored), undefined);
  }
});

test('tenants have no route to the log, operators find what they look for in it', async () => {
  const { world, own } = worldWithPlan();
  const one = job(1, acme);
  world.records.jobs.set(one.jobId, one);
  for (const path of ['/audit', '/operator/audit', '/operator/audit/anchors'])
    assert.ok([403, 404].includes((await callAs(world, ACME)('GET', path)).status), path);
  world.advance(3_600_000);
  await callAs(world, BOLT)('POST', '/plans', { body: { name: 'other' } });
  world.advance(3_600_000);
  await callAs(world, PROVIDER)('DELETE', operatorOfTenant(`/plans/${own.planId}`));
  const list = async (query: Record<string, string>) => {
    const { body, status } = await callAs(world, PROVIDER)('GET', '/operator/audit', { query });
    assert.equal(status, 200, JSON.stringify(body));
    return body.items.map(({ seq }: { seq: number }) => seq);
  };
  assert.deepEqual(await list({}), [6, 5, 4, 3, 2, 1]);
  assert.deepEqual(await list({ order: 'oldest', limit: '2' }), [1, 2]);
  assert.deepEqual(await list({ order: 'oldest', limit: '2', next: '3' }), [3, 4]);
  assert.deepEqual(await list({ tenant: acme.hypervisorId }), [6, 5, 1]);
  assert.deepEqual(await list({ principal: BOLT }), [4]);
  assert.deepEqual(await list({ since: '2026-01-01T01:00:00Z' }), [6, 5, 4]);
  assert.deepEqual(await list({ since: '2026-01-01T00:30:00Z', until: '2026-01-01T02:00:00Z' }), [4]);
  assert.deepEqual(await list({ until: '2026-01-01T01:00:00+01:00' }), []);
  const { body: refused } = await callAs(world, PROVIDER)('GET', '/operator/audit', { query: { next: 'x' } });
  assert.equal(refused.code, 'InvalidRequest');
});

test('the head is kept outside of the log, once for each head', async () => {
  const { world } = worldWithPlan();
  await world.deps.keepAnchor();
  await callAs(world, ACME)('POST', '/plans', { body: { name: 'other' } });
  await world.deps.keepAnchor();
  await world.deps.keepAnchor();
  const { body } = await callAs(world, PROVIDER)('GET', '/operator/audit/anchors');
  assert.deepEqual(body, { items: [{ seq: 1, hash: last(world).hash }] });
});

test('of a body that may hold a secret not even a hash is kept, whether it is accepted, refused, or sent to a wrong place', async () => {
  const world = createWorld();
  const [old, accessKeyId] = ['AKIAACMEACMEACMEACME', 'AKIAACMEACMEACMENEXT'];
  const secretAccessKey = KEYS[accessKeyId]?.secret ?? '';
  const secretArn = `arn:aws:secretsmanager:eu-central-1:${PROVIDER}:secret:holdfast-test-${acme.hypervisorId}`;
  const auth = { method: 'access-key', accessKeyId: old, secretArn } as const;
  world.records.hypervisors.set(acme.hypervisorId, { ...acme, auth });
  world.secretStore.set(secretArn, KEYS[old]?.secret ?? '');
  const asProvider = callAs(world, PROVIDER);
  const accessKey = { method: 'access-key', accessKeyId, secretAccessKey };
  const added = { kind: 'tenant', name: 'shop', accountId: '333333333333', region: 'eu-central-1', auth: accessKey };
  const rotated = { accessKeyId, secretAccessKey };
  const asked: readonly (readonly [path: string, body: unknown])[] = [
    ['/operator/hypervisors', added],
    ['/operator/hypervisors', { ...added, name: '' }],
    [`/operator/hypervisors/${acme.hypervisorId}/rotate-key`, rotated],
    [operatorOfTenant('/plans'), { name: 'nightly', ...rotated }],
    ['/operator/nowhere', rotated],
  ];
  const statuses: number[] = [];
  for (const [path, body] of asked) {
    const before = world.auditing.written().length;
    statuses.push((await asProvider('POST', path, { body })).status);
    const entries = world.auditing.written().slice(before);
    assert.ok(entries.length > 0, path);
    for (const { what } of entries) assert.equal(what.bodySha256, undefined, `${path}: ${what.operation}`);
  }
  // a body that its route does not take is not looked at, and not hashed
  await asProvider('DELETE', operatorOfTenant(`/plans/${plan(1, acme).planId}`), { body: rotated });
  assert.equal(last(world).what.bodySha256, undefined);
  assert.deepEqual(statuses, [422, 400, 200, 400, 404], JSON.stringify(statuses));
  const log = JSON.stringify(world.auditing.written());
  for (const [, body] of asked) assert.ok(!log.includes(sha256(JSON.stringify(body))));
  assert.ok(secretAccessKey.length >= 16 && !log.includes(secretAccessKey));
});

test('every route whose body may hold a secret is one of those, and every other refuses what it does not know', () => {
  const routes: readonly Route[] = [tenantRoutes, operatorRoutes, operatorTenantRoutes, approverRoutes].flatMap(
    (each) => Object.values(each),
  );
  const withBody = routes.filter(({ body }) => body !== undefined);
  assert.ok(withBody.length > 15);
  const fieldsOf = (schema: unknown): string[] =>
    typeof schema !== 'object' || schema === null
      ? []
      : Object.entries(schema).flatMap(([key, value]) => [
          ...(key === 'properties' ? Object.keys(value as object) : []),
          ...fieldsOf(value),
        ]);
  for (const route of withBody) {
    assert.ok(route.body);
    const fields = fieldsOf(z.toJSONSchema(route.body, { io: 'input', unrepresentable: 'any' }));
    const holdsSecret = fields.some((field) => /secret|password|private|credential/i.test(field));
    assert.equal(mayHashBody(route), !holdsSecret, `${route.method} ${route.path}: ${fields}`);
    const known = route.body.safeParse({ secretAccessKey: 'x' });
    assert.equal(known.success, false, `${route.method} ${route.path} takes any field`);
  }
});
