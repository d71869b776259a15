/** Whatever is sent: no 5xx, problem+json, nothing of another tenant. Replay with the seed that fast-check prints. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  approverRoutes,
  operatorRoutes,
  operatorTenantPrefix,
  operatorTenantRoutes,
  tenantRoutes,
} from '../../core/contracts/api.ts';
import { event } from './call-as.ts';
import { createWorld } from './world.ts';
import { ACME, acme, BOLT, bolt, job, jobInstance, PROVIDER, point, SERVICE_SIDE, service } from './world-records.ts';

const RUNS = 5_000;

const worldOfTwo = () => {
  const world = createWorld();
  for (const [n, owner] of [
    [1, acme],
    [2, bolt],
  ] as const) {
    const running = job(n, owner);
    world.records.jobs.set(running.jobId, running);
    world.records.instances.push(jobInstance(running));
    const one = point(n, owner);
    world.records.points.set(one.recoveryPointId, one);
  }
  return world;
};

const foreign = [BOLT, bolt.hypervisorId, job(2, bolt).jobId, point(2, bolt).recoveryPointId, service.hypervisorId];
const known = [...foreign, acme.hypervisorId, job(1, acme).jobId, point(1, acme).recoveryPointId, ACME, PROVIDER];
const fields = [
  'instanceIds',
  'recoveryPointId',
  'level',
  'queueDeadlineSeconds',
  'tenantId',
  'kind',
  'name',
  'auth',
  'method',
  'accountId',
  'region',
  'serviceHypervisorId',
  'library',
  'limit',
  'next',
  'instanceId',
  '__proto__',
  'constructor',
  'volumeTags',
  'externalId',
  'roleArn',
  'accessNodes',
  'recoveryPublicKey',
  'subnetId',
];
const values = [
  'full',
  'incremental',
  'service',
  'tenant',
  'assume-role',
  'iam-role',
  'manual',
  'automatic',
  's3',
  'disk',
  'restore',
  'i-0123456789abcdef0',
  'eu-central-1',
  `arn:aws:iam::${BOLT}:role/x`,
];

const text = fc.oneof(fc.constantFrom(...known, ...values), fc.string({ maxLength: 60, unit: 'binary' }));
const key = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...fields) },
  { weight: 1, arbitrary: fc.string({ maxLength: 20 }) },
);
const { json } = fc.letrec<{ json: unknown }>((tie) => ({
  json: fc.oneof(
    { depthSize: 'small', maxDepth: 3 },
    text,
    fc.constantFrom(null, true, 0, 1, -1, 1.5, 1e300, 25),
    fc.array(tie('json'), { maxLength: 4 }),
    fc.dictionary(key, tie('json'), { maxKeys: 6 }),
  ),
}));
const object = fc.dictionary(key, json, { maxKeys: 7 });
const rawBody = fc.oneof(
  object.map((each) => JSON.stringify(each)),
  json.map((each) => JSON.stringify(each)),
  text,
  fc.constant(''),
);

const routes = [
  ...Object.values(tenantRoutes),
  ...Object.values(operatorRoutes),
  ...Object.values(approverRoutes),
  ...Object.values(operatorTenantRoutes).map((route) => ({ ...route, path: `${operatorTenantPrefix}${route.path}` })),
].map(({ method, path }) => ({ method: method as string, path: path as string }));

const good: readonly Record<string, unknown>[] = [
  { instanceIds: ['i-0123456789abcdef0'], level: 'full' },
  { recoveryPointId: point(1, acme).recoveryPointId },
  { recoveryPointId: point(2, bolt).recoveryPointId },
  { serviceHypervisorId: service.hypervisorId },
  {
    kind: 'tenant',
    name: 'x',
    accountId: '333333333333',
    region: 'eu-central-1',
    auth: { method: 'assume-role', roleArn: 'arn:aws:iam::333333333333:role/x', externalId: 'ext-1' },
  },
];
const nearlyGood = fc
  .tuple(fc.constantFrom(...good), fc.option(fc.tuple(key, json), { freq: 2 }))
  .map(([body, change]) => JSON.stringify(change ? { ...body, [change[0]]: change[1] } : body));

const segment = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...known) },
  { weight: 1, arbitrary: text.map((each) => encodeURIComponent(each.toWellFormed())) },
  { weight: 1, arbitrary: fc.constantFrom('', '..', '%00', '%zz') },
);
const ofRoute = fc.tuple(fc.constantFrom(...routes), segment, segment).map(([route, a, b]) => ({
  method: route.method,
  path: route.path.replace(/\{\w+\}/, () => a).replace(/\{\w+\}/, () => b),
}));
const starts = [tenantRoutes.startBackup, tenantRoutes.startRestore].map(({ method, path }) => ({
  method: method as string,
  path: path as string,
}));
const ofNoRoute = fc.record({
  method: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'PATCH'),
  path: fc.array(segment, { maxLength: 5 }).map((parts) => `/${parts.join('/')}`),
});
const request = fc
  .record({
    target: fc.oneof(
      { weight: 17, arbitrary: ofRoute },
      // two of a hundred routes: drawn like the others they would be met with what they take once in a thousand requests
      { weight: 1, arbitrary: fc.constantFrom(...starts) },
      { weight: 2, arbitrary: ofNoRoute },
    ),
    rawBody: fc.oneof({ weight: 2, arbitrary: nearlyGood }, { weight: 1, arbitrary: rawBody }, fc.constant('')),
    query: fc.oneof(fc.constant({}), fc.dictionary(key, text, { maxKeys: 3 })),
  })
  .map(({ target, ...rest }) => ({ ...target, ...rest }));
type Request = typeof request extends fc.Arbitrary<infer T> ? T : never;

/** What the caller wrote itself may come back to it; what it did not, may not. */
const written = ({ path: p, rawBody: b, query }: Request): string => {
  const all = `${p} ${b} ${JSON.stringify(query)}`;
  try {
    return `${all} ${decodeURIComponent(p)}`;
  } catch {
    return all;
  }
};

test(`${RUNS} requests of a tenant: never a 5xx, never another tenant’s or the service side’s ids`, async (t) => {
  const world = worldOfTwo();
  const theirs = JSON.stringify([world.records.jobs.get(job(2, bolt).jobId), point(2, bolt)]);
  const statuses = new Map<number, number>();
  await fc.assert(
    fc.asyncProperty(request, async (each) => {
      const response = await world.tenantApi(event(ACME, each.method, each.path, each));
      statuses.set(response.statusCode, (statuses.get(response.statusCode) ?? 0) + 1);
      assert.ok(response.statusCode < 500, `${response.statusCode} ${response.body}`);
      const own = written(each);
      for (const id of [...foreign, ...SERVICE_SIDE])
        if (!own.includes(id)) assert.ok(!response.body.includes(id), `shows ${id}: ${response.body}`);
    }),
    { numRuns: RUNS },
  );
  assert.equal(JSON.stringify([world.records.jobs.get(job(2, bolt).jobId), point(2, bolt)]), theirs);
  assert.ok(
    [...world.records.jobs.values()].every(
      ({ tenantId, jobId }) => tenantId === acme.hypervisorId || jobId === job(2, bolt).jobId,
    ),
  );
  assert.deepEqual(world.calls.reported, []);
  // the fuzz must get through the door often enough to mean something
  for (const status of [200, 202, 400, 404])
    assert.ok((statuses.get(status) ?? 0) > 0, `no ${status} in ${[...statuses]}`);
  const answers = [...statuses].sort(([a], [b]) => a - b).map(([status, times]) => `${times} times ${status}`);
  t.diagnostic(`${RUNS} fuzzed requests: 0 leaks, 0 answers of 5xx; ${answers.join(', ')}`);
});

test(`${RUNS} requests of an operator: never a 5xx`, async () => {
  const world = worldOfTwo();
  const statuses = new Set<number>();
  await fc.assert(
    fc.asyncProperty(request, async (each) => {
      const response = await world.operatorApi(event(PROVIDER, each.method, each.path, each));
      statuses.add(response.statusCode);
      assert.ok(response.statusCode < 500, `${response.statusCode} ${response.body}`);
    }),
    { numRuns: RUNS },
  );
  assert.ok(statuses.has(200) && statuses.has(400) && statuses.has(404), [...statuses].join());
  assert.deepEqual(world.calls.reported, []);
});
