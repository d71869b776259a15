import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callAs } from './call-as.ts';
import { createWorld } from './world.ts';
import { ACME, acme, PROVIDER } from './world-records.ts';

const HOUR = 3_600_000;

const open = () => {
  const world = createWorld();
  world.advance(100 * HOUR);
  world.schedules.set('plan-gone-backup', {} as never);
  return { world, call: callAs(world, PROVIDER) };
};

test('an operator sees what a sweep would remove, and removes exactly that', async () => {
  const { world, call } = open();
  const { status, body } = await call('GET', '/operator/reaper');
  assert.equal(status, 200);
  const schedules = body.findings.filter(({ kind }: { kind: string }) => kind === 'schedule');
  assert.deepEqual(
    schedules.map(({ subject, action, reason }: Record<string, string>) => [subject, action, reason]),
    [['plan-gone-backup', 'remove', 'its plan is gone']],
  );
  assert.ok(world.schedules.has('plan-gone-backup'));
  world.schedules.set('plan-another-copy', {} as never);
  const changed = await call('POST', '/operator/reaper', { body: { token: body.token } });
  assert.deepEqual([changed.status, changed.body.field], [409, 'token']);
  assert.equal(world.schedules.size, 2, 'nothing was removed');
  const again = await call('GET', '/operator/reaper');
  const run = await call('POST', '/operator/reaper', { body: { token: again.body.token } });
  assert.deepEqual([run.status, run.body.removed, run.body.failed], [200, again.body.due, 0]);
  assert.equal(world.schedules.size, 0);
  const removals = world.auditing.written().filter(({ what }) => what.operation === 'remove what was left behind');
  assert.ok(removals.some(({ who, what }) => who.kind === 'operator' && what.subjects.includes('plan-gone-backup')));
});

test('one tenant can be swept by itself; the service side is left out, and an unknown tenant is told', async () => {
  const { world, call } = open();
  const { status } = await call('POST', '/operator/reaper', { body: { tenantId: acme.hypervisorId } });
  assert.equal(status, 200);
  assert.ok(world.schedules.has('plan-gone-backup'));
  const unknown = 'hv-0199aaaa-0000-7000-8000-0000000000ff';
  assert.equal((await call('POST', '/operator/reaper', { body: { tenantId: unknown } })).status, 404);
  assert.equal((await call('GET', '/operator/reaper', { query: { tenantId: unknown } })).status, 404);
});

test('a run names a plan or a tenant; tenants see and do nothing here; without the audit log nothing goes', async () => {
  const { world, call } = open();
  const { status, body } = await call('POST', '/operator/reaper', { body: {} });
  assert.deepEqual([status, body.field], [400, 'token']);
  assert.equal((await callAs(world, ACME)('GET', '/operator/reaper')).status, 403);
  assert.equal((await callAs(world, ACME)('POST', '/operator/reaper', { body: { token: 'x' } })).status, 403);
  const { body: plan } = await call('GET', '/operator/reaper');
  world.auditing.trouble.error = new Error('the table is gone');
  const refused = await call('POST', '/operator/reaper', { body: { token: plan.token } });
  assert.deepEqual([refused.status, refused.body.code], [503, 'NotRecorded']);
  assert.ok(world.schedules.has('plan-gone-backup'));
});
