import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callAs } from './call-as.ts';
import { createWorld } from './world.ts';
import { ACME, acme, BOLT, group, job, plan } from './world-records.ts';

const INSTANCES = { body: { instanceIds: ['i-0123456789abcdef0'] } };

test('a tenant has 200 plans and 500 VM groups at most: one more is refused, naming the limit and what to do', async () => {
  const world = createWorld();
  const own = callAs(world, ACME);
  for (let n = 0; n < 200; n++) world.records.plans.set(`plan ${n}`, plan(n, acme));
  for (let n = 0; n < 500; n++) world.records.vmGroups.set(`group ${n}`, group(n, acme));
  for (const [path, body, limit] of [
    ['/plans', { name: 'one more' }, /200 plans/],
    ['/vm-groups', { name: 'one more', match: { all: true } }, /500 VM groups/],
  ] as const) {
    const refused = await own('POST', path, { body });
    assert.deepEqual([refused.status, refused.body.code], [409, 'Conflict']);
    assert.match(refused.body.detail, limit);
    assert.match(refused.body.remedy, /Remove/);
    assert.equal((await callAs(world, BOLT)('POST', path, { body })).status, 201, 'another tenant has its own');
  }
});

test('a tenant has 200 open jobs at most; those that have ended do not count, and asking again finds what was made', async () => {
  const world = createWorld();
  const own = callAs(world, ACME);
  for (let n = 0; n < 199; n++) world.records.jobs.set(job(n, acme).jobId, job(n, acme));
  for (let n = 300; n < 500; n++) world.records.jobs.set(job(n, acme).jobId, job(n, acme, { state: 'completed' }));
  const last = { ...INSTANCES, key: 'the-last-one' };
  const started = await own('POST', '/backups', last);
  assert.equal(started.status, 202);
  const refused = await own('POST', '/backups', INSTANCES);
  assert.deepEqual([refused.status, refused.body.code], [409, 'Conflict']);
  assert.match(refused.body.detail, /200 open jobs/);
  assert.equal((await own('POST', '/backups', last)).body.jobId, started.body.jobId);
  assert.equal((await callAs(world, BOLT)('POST', '/backups', INSTANCES)).status, 202);
});
