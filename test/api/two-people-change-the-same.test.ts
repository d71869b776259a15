import assert from 'node:assert/strict';
import { test } from 'node:test';
import { as, EVE, own, protectedWorld } from './approvals-world.ts';
import { callAs } from './call-as.ts';
import { createWorld } from './world.ts';
import { ACME, acme, PROVIDER } from './world-records.ts';

const nightly = { name: 'nightly', schedule: { expression: 'cron(0 2 * * ? *)' } };
const web = { name: 'web', match: { tag: { key: 'app', value: 'web' } } };
const onTenant = `/operator/tenants/${acme.hypervisorId}`;

for (const { what, path, id, body } of [
  { what: 'plan', path: '/plans', id: 'planId', body: nightly },
  { what: 'VM group', path: '/vm-groups', id: 'groupId', body: web },
])
  test(`a ${what} that somebody else has changed since it was read is not written over`, async () => {
    const world = createWorld();
    const [tenant, operator] = [callAs(world, ACME), callAs(world, PROVIDER)];
    const made = (await tenant('POST', path, { body })).body;
    const one = `${path}/${made[id]}`;
    const read = { ifUpdatedAt: made.updatedAt };
    world.advance(1_000);
    const second = await operator('PUT', `${onTenant}${one}`, { body: { ...body, name: 'second' }, query: read });
    assert.equal(second.status, 200);
    world.advance(1_000);
    for (const [call, asked] of [
      [tenant, one],
      [operator, `${onTenant}${one}`],
    ] as const) {
      const late = await call('PUT', asked, { body: { ...body, name: 'late' }, query: read });
      assert.deepEqual([late.status, late.body.code, late.body.field], [409, 'Conflict', 'ifUpdatedAt']);
      assert.ok(late.body.detail.includes(second.body.updatedAt), late.body.detail);
      assert.match(late.body.remedy, /Read it again/);
    }
    assert.equal((await tenant('GET', one)).body.name, 'second');
    const wrong = await tenant('PUT', one, { body, query: { ifUpdatedAt: 'yesterday' } });
    assert.deepEqual([wrong.status, wrong.body.field], [400, 'ifUpdatedAt']);
    const again = { ifUpdatedAt: second.body.updatedAt };
    assert.equal((await tenant('PUT', one, { body: { ...body, name: 'third' }, query: again })).status, 200);
    assert.equal((await tenant('PUT', one, { body: { ...body, name: 'over' } })).status, 200, 'without it, as ever');
  });

for (const { what, path, id, body } of [
  { what: 'plan', path: '/plans', id: 'planId', body: nightly },
  { what: 'VM group', path: '/vm-groups', id: 'groupId', body: web },
])
  test(`a ${what} that was saved, and whose answer was lost, is saved again as it is, and changes nothing`, async () => {
    const world = createWorld();
    const tenant = callAs(world, ACME);
    const made = (await tenant('POST', path, { body })).body;
    const one = `${path}/${made[id]}`;
    const save = (more: object) =>
      tenant('PUT', one, { body: { ...body, ...more }, query: { ifUpdatedAt: made.updatedAt } });
    world.advance(1_000);
    const saved = await save({ name: 'mine' });
    world.advance(1_000);
    world.schedules.clear();
    const again = await save({ name: 'mine' });
    assert.deepEqual([again.status, again.body], [200, saved.body]);
    assert.equal(world.schedules.size, what === 'plan' ? 1 : 0, 'it may have ended before they were put');
    assert.equal((await save({ name: 'mine, and more' })).status, 409);
    assert.deepEqual((await tenant('GET', one)).body, saved.body);
  });

test('what a tenant cannot say is no difference; what its operator has changed meanwhile stays', async () => {
  const world = createWorld();
  const [tenant, operator] = [callAs(world, ACME), callAs(world, PROVIDER)];
  const made = (await tenant('POST', '/plans', { body: nightly })).body;
  const one = `/plans/${made.planId}`;
  const query = { ifUpdatedAt: made.updatedAt };
  world.advance(1_000);
  const mine = { ...nightly, name: 'mine' };
  assert.equal((await tenant('PUT', one, { body: mine, query })).status, 200);
  world.advance(1_000);
  assert.equal((await operator('PUT', `${onTenant}${one}`, { body: { ...mine, streams: 3 } })).status, 200);
  world.advance(1_000);
  assert.equal((await tenant('PUT', one, { body: mine, query })).status, 200);
  assert.equal((await operator('PUT', `${onTenant}${one}`, { body: { ...mine, streams: 2 }, query })).status, 409);
  assert.equal((await operator('GET', `${onTenant}${one}`)).body.streams, 3);
});

test('of two that come at once, having read the same, one is done', async () => {
  const world = createWorld();
  const call = callAs(world, ACME);
  for (const [path, id, body] of [
    ['/plans', 'planId', nightly],
    ['/vm-groups', 'groupId', web],
  ] as const) {
    const made = (await call('POST', path, { body })).body;
    world.advance(1_000);
    const answers = await Promise.all(
      ['a', 'b', 'c'].map((name) =>
        call('PUT', `${path}/${made[id]}`, { body: { ...body, name }, query: { ifUpdatedAt: made.updatedAt } }),
      ),
    );
    assert.deepEqual(answers.map(({ status }) => status).toSorted(), [200, 409, 409], path);
  }
});

test('what would be refused does not wait for a second person first', async () => {
  const world = protectedWorld();
  const eve = as(world, EVE);
  const path = `${onTenant}/plans/${own.planId}`;
  const body = { name: own.name, retention: { days: 3 } };
  const updatedAt = new Date(own.updatedAt).toISOString();
  const earlier = new Date(own.updatedAt - 1).toISOString();
  assert.equal((await eve('PUT', path, { body, query: { ifUpdatedAt: earlier } })).status, 409);
  assert.equal(world.records.approvals.size, 0);
  assert.equal((await eve('PUT', path, { body, query: { ifUpdatedAt: updatedAt } })).status, 202);
  const { planId: _, hypervisorId: __, createdAt: ___, updatedAt: ____, ...asItIs } = own;
  const same = await eve('PUT', path, { body: asItIs, query: { ifUpdatedAt: earlier } });
  assert.equal(same.status, 200, 'what is as it is asked for, whenever it was read');
});
