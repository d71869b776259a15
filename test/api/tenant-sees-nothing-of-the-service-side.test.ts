import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { tenantRoutes } from '../../core/contracts/api.ts';
import { BLOCK_BYTES } from '../../core/contracts/ids.ts';
import * as errors from '../../core/domain/errors.ts';
import { problemOf } from '../../core/domain/problems.ts';
import { withoutServiceSide } from '../../core/domain/tenant-words.ts';
import { jobInstanceView } from '../../core/domain/views.ts';
import { callAs } from './call-as.ts';
import { createWorld } from './world.ts';
import {
  ACME,
  acme,
  BOLT,
  bolt,
  group,
  job,
  jobInstance,
  PROVIDER,
  plan,
  point,
  restoreOf,
  SERVICE_SIDE,
  START,
  service,
} from './world-records.ts';

const assertClean = (text: string, about: string) => {
  for (const secret of [...SERVICE_SIDE, BOLT, bolt.hypervisorId])
    assert.ok(!text.toLowerCase().includes(secret.toLowerCase()), `${about} shows ${secret}: ${text}`);
};

/** What adapters and steps may put into a message: AWS's own words with the provider's ids in them. */
const LEAKY = `User: arn:aws:sts::${PROVIDER}:assumed-role/service-reach/x of ${service.hypervisorId} in ${PROVIDER} could not read s3://vault-bucket/x, arn:aws:s3:::vault-bucket, ${service.queues.work} (node-0199aaaa-1, lib-0199aaaa-vault, ${bolt.hypervisorId}, ${BOLT})`;

const errorClasses = Object.values(errors).filter(
  (value) => typeof value === 'function' && value.prototype instanceof errors.HoldfastError,
) as unknown as (new (
  message: string,
  detail?: errors.ErrorDetail,
) => errors.HoldfastError)[];

test('every error that there is, with the worst message, is clean for a tenant and says what to do to both', () => {
  assert.ok(errorClasses.length >= 20);
  const audience = { kind: 'tenant', accountId: ACME, hypervisorId: acme.hypervisorId } as const;
  for (const ErrorClass of errorClasses) {
    const error = new ErrorClass(LEAKY);
    assertClean(JSON.stringify(problemOf(error, audience)), error.name);
    assertClean(JSON.stringify(problemOf(new ErrorClass('x', { remedy: LEAKY }), audience)), error.name);
    assert.ok(problemOf(error, { kind: 'operator' }).detail.includes(PROVIDER));
  }
});

test('a remedy that was written for operators does not reach a tenant', () => {
  const error = new errors.TenantNotBound('x', { remedy: 'use the operators’ console', tenantMessage: 'Not yet.' });
  const audience = { kind: 'tenant', accountId: ACME, hypervisorId: acme.hypervisorId } as const;
  assert.equal(problemOf(error, audience).remedy, 'Ask your provider.');
  assert.equal(problemOf(error, { kind: 'operator' }).remedy, 'Use the operators’ console.');
});

test('a tenant’s own ids stay in its messages', () => {
  const own = `${ACME} ${acme.hypervisorId} arn:aws:iam::${ACME}:role/holdfast job-0199aaaa-0000-7000-8000-123456789012`;
  assert.equal(withoutServiceSide(own, acme), own);
});

test('jobs, recovery points and the hypervisor of a tenant show nothing of the service side or of another tenant', async () => {
  const world = createWorld();
  const records = world.records;
  const failed = job(1, acme, { state: 'failed', error: { name: 'NoAccessNode', message: LEAKY } });
  const waiting = job(2, acme);
  const restore = job(3, acme, {
    type: 'restore',
    request: restoreOf(point(1, acme).recoveryPointId),
  });
  for (const each of [failed, waiting, restore, job(4, bolt)]) records.jobs.set(each.jobId, each);
  records.instances.push(
    jobInstance(failed, { phase: 'failed', error: { name: 'TenantAccessLost', message: LEAKY } }),
    jobInstance(waiting, {
      phase: 'waiting for an access node',
      volumes: [{ volumeId: 'vol-0123456789abcdef0', level: 'full', reason: LEAKY }],
    }),
  );
  for (const each of [point(1, acme), point(2, bolt)]) records.points.set(each.recoveryPointId, each);
  const call = callAs(world, ACME);
  const paths = [
    '/hypervisor',
    '/jobs',
    ...[failed, waiting, restore].map(({ jobId }) => `/jobs/${jobId}`),
    '/instances',
    '/recovery-points',
    `/recovery-points/${point(1, acme).recoveryPointId}`,
  ];
  for (const path of paths) {
    const answer = await call('GET', path);
    assert.equal(answer.status, 200, answer.text);
    assertClean(answer.text, path);
  }
  const { body } = await call('GET', `/jobs/${waiting.jobId}`);
  assert.equal(body.instances[0].phase, 'waiting for capacity');
});

/** A world in which everything that can carry a word of the service side does. */
const leakyWorld = () => {
  const world = createWorld();
  const { records } = world;
  const error = { name: 'NoAccessNode', message: LEAKY };
  const consistency = { kind: 'crash', reason: LEAKY } as const;
  const mine = job(1, acme, { error });
  const ended = job(2, acme, { state: 'completed with errors', error: { name: 'SnapshotFailed', message: LEAKY } });
  for (const each of [mine, ended, job(3, bolt)]) records.jobs.set(each.jobId, each);
  for (const each of [mine, ended])
    records.instances.push(
      jobInstance(each, {
        phase: 'waiting for an access node',
        consistency,
        error: { name: 'LaunchFailed', message: LEAKY },
        volumes: [{ volumeId: 'vol-0123456789abcdef0', level: 'full', reason: LEAKY }],
      }),
    );
  const regionCopy = { region: 'eu-west-1', state: 'failed', snapshotIds: [], reason: LEAKY } as const;
  const legalHold = {
    since: START,
    by: `arn:aws:iam::${PROVIDER}:user/eve`,
    heldBy: 'operator' as const,
    reason: 'case 17',
  };
  const own = point(1, acme, { consistency, regionCopy, legalHold, planId: plan(1, acme).planId });
  for (const each of [own, point(2, bolt)]) records.points.set(each.recoveryPointId, each);
  const plans = [plan(1, acme, { transport: 'hotadd', streams: 17, requestHash: 'f00' }), plan(2, bolt)];
  for (const each of plans) records.plans.set(each.planId, each);
  const groups = [group(1, acme, { requestHash: 'f00' }), group(2, bolt)];
  for (const each of groups) records.vmGroups.set(each.groupId, each);
  return world;
};
const samplesOf = (name: string) => JSON.parse(readFileSync(new URL(`../../events/${name}`, import.meta.url), 'utf8'));
const tenantSamples = readdirSync(new URL('../../events/', import.meta.url))
  .filter((name) => name.startsWith('api-'))
  .map((name) => [name, samplesOf(name)] as const)
  .filter(([, { path }]) => !path.startsWith('/operator'));

test('every answer that a tenant can get, on every route, is clean', async () => {
  const answered = new Set<string>();
  for (const [name, sample] of tenantSamples) {
    const { body, statusCode } = await leakyWorld().tenantApi(sample);
    assertClean(body, name);
    if (name !== 'api-get-openapi.json')
      assert.doesNotMatch(body, /hotadd|"streams"|requestHash|requestedBy|user\/eve/, name);
    answered.add(`${sample.httpMethod} ${sample.resource}`);
    assert.notEqual(statusCode, 500, `${name}: ${body}`);
  }
  for (const { method, path } of Object.values(tenantRoutes)) assert.ok(answered.has(`${method} ${path}`), path);
});

test('whatever fails below a route, with the worst message, the tenant’s answer is clean', async () => {
  for (const ErrorClass of errorClasses) {
    for (const [name, sample] of tenantSamples) {
      const world = leakyWorld();
      const fail = async () => {
        throw new ErrorClass(LEAKY, { remedy: LEAKY });
      };
      Object.assign(world.deps.executions, { start: fail, stop: fail });
      Object.assign(world.deps.scopes, { open: fail });
      Object.assign(world.deps.schedules, { put: fail, remove: fail });
      Object.assign(world.deps.catalog.points, { list: fail, setLegalHold: fail });
      const { body } = await world.tenantApi(sample);
      assertClean(body, `${ErrorClass.name} in ${name}`);
    }
  }
});

test('an operator sees all of it', async () => {
  const world = createWorld();
  const failed = job(1, acme, { state: 'failed', error: { name: 'NoAccessNode', message: LEAKY } });
  world.records.jobs.set(failed.jobId, failed);
  world.records.instances.push(jobInstance(failed, { phase: 'waiting for an access node' }));
  const call = callAs(world, PROVIDER);
  const { body } = await call('GET', `/operator/tenants/${acme.hypervisorId}/jobs/${failed.jobId}`);
  assert.equal(body.error.message, LEAKY);
  assert.equal(body.instances[0].phase, 'waiting for an access node');
  assert.equal(body.executionArn, failed.executionArn);
  const shown = (await call('GET', `/operator/hypervisors/${service.hypervisorId}`)).body;
  assert.deepEqual(shown.queues, service.queues);
  assert.equal(shown.library, 's3://vault-bucket/vault-prefix');
  assert.equal(shown.libraryRoleArn, service.mediaAgent.roleArn);
});

test('rate and time left come from the counters and the clock', () => {
  const moving = jobInstance(job(1, acme), {
    plannedBlocks: 1_000,
    transferStartedAt: START,
    counters: {
      transferred: 400,
      zero: 100,
      deduplicated: 50,
      stored: 250,
      storedBytes: 1,
      bytes: 400 * BLOCK_BYTES,
      verified: 0,
    },
  });
  const operator = { kind: 'operator' } as const;
  const at = (ms: number, change = {}) => jobInstanceView({ ...moving, ...change }, operator, START + ms);
  assert.deepEqual([at(20_000).rate, at(20_000).secondsLeft], [20 * BLOCK_BYTES, 30]);
  assert.equal(at(0).rate, undefined);
  const ended = at(99_000, { transferEndedAt: START + 10_000 });
  assert.deepEqual([ended.rate, ended.secondsLeft], [40 * BLOCK_BYTES, undefined]);
  // zero blocks that nothing had to read are dealt with, too
  const sparse = at(20_000, { counters: { ...moving.counters, zero: 300 } });
  assert.deepEqual([sparse.doneBytes, sparse.secondsLeft], [600 * BLOCK_BYTES, (400 * 20) / 600]);
  // more went through than was planned: nothing is left, never less
  assert.equal(at(20_000, { plannedBlocks: 100 }).secondsLeft, 0);
});
