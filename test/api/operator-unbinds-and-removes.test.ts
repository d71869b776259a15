import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serviceAccountNames } from '../../core/domain/automatic-nodes.ts';
import type { ServiceHypervisor } from '../../core/domain/hypervisor.ts';
import { aPlan } from '../adapters/records.ts';
import { callAs } from './call-as.ts';
import { withServiceAccounts } from './service-account-fakes.ts';
import { createWorld } from './world.ts';
import { acme, BOLT, bolt, job, PROVIDER, point, START, service } from './world-records.ts';

const second: ServiceHypervisor = {
  ...service,
  hypervisorId: `${service.hypervisorId.slice(0, -1)}1`,
  name: 'other vault',
  mediaAgent: {
    ...service.mediaAgent,
    library: { kind: 's3', bucket: 'vault-bucket', prefix: 'other', region: 'eu-central-1' },
  },
  queues: {
    restores: 'https://sqs.eu-central-1.amazonaws.com/999999999999/second-restores',
    work: 'second/second-work',
  },
};
const withFolder = (of: ServiceHypervisor, path: string): ServiceHypervisor => ({
  ...of,
  mediaAgent: { ...of.mediaAgent, library: { kind: 'disk', path } },
});

const openWorld = (...services: ServiceHypervisor[]) => {
  const world = createWorld();
  for (const each of services) world.records.hypervisors.set(each.hypervisorId, each);
  const there = withServiceAccounts(world);
  const call = callAs(world, PROVIDER);
  const at = (id: string, rest = '') => `/operator/hypervisors/${id}${rest}`;
  return {
    world,
    there,
    call,
    bind: (tenantId: string, serviceHypervisorId: string) =>
      call('PUT', at(tenantId, '/binding'), { body: { serviceHypervisorId } }),
    unbind: (tenantId: string, query?: Record<string, string>) =>
      call('DELETE', at(tenantId, '/binding'), query ? { query } : {}),
    remove: (id: string) => call('DELETE', at(id)),
  };
};

test('a tenant is unbound, once no job of it is open or suspended; its own view says what that means', async () => {
  const { world, unbind } = openWorld();
  const suspended = job(1, bolt, { state: 'suspended' });
  world.records.jobs.set(suspended.jobId, suspended);
  const { body } = await unbind(bolt.hypervisorId);
  assert.deepEqual([body.code, body.detail.includes(suspended.jobId)], ['Conflict', true]);
  world.records.jobs.set(suspended.jobId, { ...suspended, state: 'cancelled' });
  world.records.points.set(point(2, bolt).recoveryPointId, point(2, bolt));
  const left = await unbind(bolt.hypervisorId);
  assert.deepEqual([left.body.field, left.body.detail.includes(point(2, bolt).recoveryPointId)], ['leavePoints', true]);
  assert.equal((await unbind(bolt.hypervisorId, { leavePoints: 'true' })).body.boundTo, undefined);
  assert.equal((await unbind(bolt.hypervisorId)).status, 200, 'again: nothing to do');
  const own = callAs(world, BOLT);
  assert.equal((await own('GET', '/hypervisor')).body.usesServiceResources, false);
  const refused = await own('POST', '/backups', { body: { instanceIds: ['i-0123456789abcdef0'] } });
  assert.match(refused.body.detail, /Your provider has to finish the set-up/);
});

test('recovery points in an S3 library stay restorable under another binding; those in a folder would not, and are named', async () => {
  for (const [path, wanted] of [
    [undefined, 200],
    ['/srv/a', 409],
  ] as const) {
    const first = path === undefined ? service : withFolder(service, path);
    const { world, bind } = openWorld(first, second);
    const kept = point(1, acme);
    world.records.points.set(kept.recoveryPointId, kept);
    const { status, body } = await bind(acme.hypervisorId, second.hypervisorId);
    assert.equal(status, wanted);
    if (wanted === 200) continue;
    assert.match(body.detail, new RegExp(`${service.hypervisorId}.*1 \\(${kept.recoveryPointId}\\)`));
    world.records.points.set(kept.recoveryPointId, { ...kept, state: 'expired' });
    assert.equal((await bind(acme.hypervisorId, second.hypervisorId)).status, 200, 'retention has removed it');
  }
  const shared = openWorld(withFolder(service, '/mnt/shared'), withFolder(second, '/mnt/shared'));
  shared.world.records.points.set('x', point(1, acme));
  assert.equal((await shared.bind(acme.hypervisorId, second.hypervisorId)).status, 200, 'the same folder');
});

test('a service hypervisor that tenants use, or whose library holds their recovery points, is not removed; they are named', async () => {
  const { world, remove, unbind } = openWorld();
  const used = (await remove(service.hypervisorId)).body;
  assert.equal(used.code, 'Conflict');
  for (const { name, hypervisorId } of [acme, bolt]) assert.ok(used.detail.includes(`${name} (${hypervisorId})`));
  for (const { hypervisorId } of [acme, bolt]) await unbind(hypervisorId);
  const snapshot = point(2, acme, { kind: 'snapshot' });
  for (const each of [point(1, acme), snapshot]) world.records.points.set(each.recoveryPointId, each);
  const holding = (await remove(service.hypervisorId)).body;
  assert.match(holding.detail, new RegExp(`recovery points: 1 of ${acme.name} \\(${acme.hypervisorId}\\)`));
  assert.equal(world.records.hypervisors.has(service.hypervisorId), true);
});

test('removing a service hypervisor removes what was made for it; what failed half-way is asked for again', async () => {
  const { world, there, call, remove } = openWorld();
  const { hypervisorId } = (
    await call('POST', '/operator/hypervisors', {
      body: {
        kind: 'service',
        name: 'third',
        accountId: PROVIDER,
        region: 'eu-central-1',
        auth: { method: 'iam-role' },
        accessNodes: 'automatic',
        recoveryPublicKey: service.mediaAgent.recoveryPublicKey,
      },
    })
  ).body;
  await call('POST', `/operator/hypervisors/${hypervisorId}/vm-groups`, { body: { name: 'n', match: { all: true } } });
  await call('POST', `/operator/hypervisors/${hypervisorId}/access-nodes`, { body: { name: 'by hand' } });
  assert.deepEqual([there.queues.size, there.groups.size], [2, 1]);
  there.failing.add('removeAutoScaling');
  assert.equal((await remove(hypervisorId)).status, 503);
  const closed = await call('PUT', `/operator/hypervisors/${acme.hypervisorId}/binding`, {
    body: { serviceHypervisorId: hypervisorId },
  });
  assert.equal(closed.status, 409, 'nobody is bound to what is half removed');
  there.failing.clear();
  assert.equal((await remove(hypervisorId)).status, 200);
  assert.deepEqual([there.queues.size, there.groups.size, world.records.nodes.size], [0, 0, 0]);
  assert.equal(world.records.hypervisors.has(hypervisorId), false);
  assert.equal((await remove(hypervisorId)).status, 404);
  assert.ok(serviceAccountNames('test', hypervisorId));
});

test('a tenant hypervisor is removed when nothing of it is left; else what there is is named', async () => {
  const { world, remove } = openWorld();
  const kept = point(1, acme);
  world.records.points.set(kept.recoveryPointId, kept);
  const plan = aPlan(acme.hypervisorId);
  await world.deps.catalog.plans.add(plan);
  const { body } = await remove(acme.hypervisorId);
  assert.equal(body.code, 'Conflict');
  assert.match(body.detail, new RegExp(`${plan.planId}.*recovery points: 1 \\(${kept.recoveryPointId}\\)`));
  await world.deps.catalog.plans.remove(acme.hypervisorId, plan.planId);
  world.records.points.clear();
  assert.equal((await remove(acme.hypervisorId)).status, 200);
  assert.equal(await world.deps.catalog.hypervisors.tenantOfAccount(acme.accountId), undefined, 'its account is free');
  const [gone, ...others] = [...world.records.removedTenants.values()];
  assert.deepEqual([gone?.tenantId, gone?.name, others], [acme.hypervisorId, acme.name, []], 'for its last bill');
});

test('a tenant hypervisor stays while its account has snapshots of an expired newest backup; one out of reach goes', async () => {
  const { world, remove } = openWorld();
  const { points, protectedInstances } = world.records;
  const head = { ...point(1, acme), kind: 'streaming', state: 'expired', dataRemovedAt: 1 } as const;
  const { instanceId, recoveryPointId, volumes } = head;
  const snapshotId = volumes[0]?.snapshotId ?? '';
  assert.match(snapshotId, /^snap-/);
  points.set(recoveryPointId, head);
  const record = { tenantId: acme.hypervisorId, instanceId, fence: 1, head: recoveryPointId };
  protectedInstances.set(`${acme.hypervisorId} ${instanceId}`, record);
  const there = { snapshotId, volumeId: 'vol-1', state: 'completed', sizeGiB: 1, startedAt: 1, tags: {} } as const;
  world.account.snapshots.push(there);
  const { body } = await remove(acme.hypervisorId);
  assert.equal(body.code, 'Conflict');
  assert.match(body.detail, new RegExp(`next backups would have compared with: 1 \\(${snapshotId}\\)`));
  assert.equal(world.account.opened.at(-1)?.access.closing, true, 'though the tenant has taken the access back');
  world.account.lost.add(acme.accountId);
  assert.equal((await remove(acme.hypervisorId)).status, 200, 'nobody can remove them any more');
});

test('a tenant hypervisor goes once the snapshots of its expired newest backup are gone', async () => {
  const { world, remove } = openWorld();
  const head = { ...point(1, acme), kind: 'streaming', state: 'expired', dataRemovedAt: 1 } as const;
  world.records.points.set(head.recoveryPointId, head);
  const record = { tenantId: acme.hypervisorId, instanceId: head.instanceId, fence: 1, head: head.recoveryPointId };
  world.records.protectedInstances.set(`${acme.hypervisorId} ${head.instanceId}`, record);
  assert.equal((await remove(acme.hypervisorId)).status, 200);
});

test('access nodes are added by hand with the environment to start them with, listed, drained, and removed once they are gone', async () => {
  const { world, call, bind } = openWorld({ ...second, accessNodes: 'automatic' });
  const nodes = `/operator/hypervisors/${second.hypervisorId}/access-nodes`;
  assert.equal((await bind(acme.hypervisorId, second.hypervisorId)).body.code, 'RuleViolated');
  const { status, body } = await call('POST', nodes, { body: { name: 'node by hand' } });
  assert.deepEqual([status, body.status, body.origin], [201, 'expected', 'manual']);
  const short = second.hypervisorId.replaceAll('-', '').slice(-12);
  assert.equal(body.instanceProfileName, `holdfast-test-node-${short}`);
  assert.deepEqual(body.environment, {
    AWS_REGION: 'eu-central-1',
    HOLDFAST_SERVICE_ID: second.hypervisorId,
    HOLDFAST_QUEUES: `${second.queues.restores},${second.queues.work}`,
    HOLDFAST_BROKER_FUNCTION: `arn:aws:lambda:eu-central-1:${PROVIDER}:function:holdfast-test-broker:${second.hypervisorId}`,
    HOLDFAST_NODE_ID: body.nodeId,
    HOLDFAST_NODE_NAME: 'node by hand',
    HOLDFAST_NODE_ORIGIN: 'manual',
  });
  assert.equal((await bind(acme.hypervisorId, second.hypervisorId)).status, 200, 'O6: a node by hand is enough');

  const node = `${nodes}/${body.nodeId}`;
  assert.match((await call('DELETE', node)).body.detail, /the only access node.*used by tenant 1/);
  await world.deps.catalog.nodes.heartbeat(second.hypervisorId, body.nodeId, 1, START);
  const [listed] = (await call('GET', nodes)).body.items;
  assert.deepEqual([listed.name, listed.status, listed.held], ['node by hand', 'online', 1]);
  assert.match((await call('DELETE', node)).body.detail, /is online/);
  assert.equal((await call('POST', `${node}/drain`)).body.status, 'draining');
  assert.match((await call('DELETE', node)).body.detail, /is draining/, 'with an order in hand');
  await call('POST', nodes, { body: { name: 'another' } });
  world.advance(120_000);
  assert.equal((await call('DELETE', node)).body.status, 'lost');
  assert.equal((await call('DELETE', node)).status, 404);
});
