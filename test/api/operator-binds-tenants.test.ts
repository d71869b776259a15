import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ServiceHypervisor } from '../../core/domain/hypervisor.ts';
import { callAs } from './call-as.ts';
import { createWorld } from './world.ts';
import { ACME, acme, BOLT, bolt, job, PROVIDER, service, tenant } from './world-records.ts';

const under = (prefix: string): Pick<ServiceHypervisor, 'mediaAgent'> => ({
  mediaAgent: {
    ...service.mediaAgent,
    library: { kind: 's3', bucket: 'vault-bucket', prefix, region: 'eu-central-1' },
  },
});
const second = {
  ...service,
  ...under('other'),
  hypervisorId: `${service.hypervisorId.slice(0, -1)}1`,
  name: 'other vault',
};
const automatic = {
  ...service,
  ...under('automatic'),
  hypervisorId: `${service.hypervisorId.slice(0, -1)}2`,
  accessNodes: 'automatic' as const,
};
const fresh = tenant(3, '333333333333', false);

const worldWithMore = () => {
  const world = createWorld();
  for (const each of [second, automatic, fresh]) world.records.hypervisors.set(each.hypervisorId, each);
  const bind = (tenantId: string, serviceHypervisorId: string) =>
    callAs(world, PROVIDER)('PUT', `/operator/hypervisors/${tenantId}/binding`, { body: { serviceHypervisorId } });
  return { world, bind };
};

test('a tenant is bound, and sees that it uses service resources, not whose', async () => {
  const { world, bind } = worldWithMore();
  const own = callAs(world, fresh.accountId);
  assert.equal((await own('GET', '/hypervisor')).body.usesServiceResources, false);
  const { status, body } = await bind(fresh.hypervisorId, service.hypervisorId);
  assert.deepEqual([status, body.boundTo], [200, service.hypervisorId]);
  const view = await own('GET', '/hypervisor');
  assert.deepEqual(view.body, {
    hypervisorId: fresh.hypervisorId,
    name: fresh.name,
    accountId: fresh.accountId,
    region: fresh.region,
    authMethod: 'assume-role',
    usesServiceResources: true,
  });
});

test('several tenants share one service hypervisor, and several service hypervisors stand side by side', async () => {
  const { world, bind } = worldWithMore();
  await bind(fresh.hypervisorId, second.hypervisorId);
  const { body } = await callAs(world, PROVIDER)('GET', '/operator/hypervisors');
  const boundTo = new Map(
    body.items.map((each: { accountId: string; boundTo?: string }) => [each.accountId, each.boundTo]),
  );
  assert.equal(boundTo.get(ACME), service.hypervisorId);
  assert.equal(boundTo.get(BOLT), service.hypervisorId);
  assert.equal(boundTo.get(fresh.accountId), second.hypervisorId);
});

test('a binding is not changed while a job of that tenant runs, however old; another tenant’s job does not matter', async () => {
  const { world, bind } = worldWithMore();
  const old = job(1, acme);
  world.records.jobs.set(old.jobId, old);
  for (let n = 2; n < 250; n++) {
    const ended = job(n, acme, { state: 'completed' });
    world.records.jobs.set(ended.jobId, ended);
  }
  const { body } = await bind(acme.hypervisorId, second.hypervisorId);
  assert.deepEqual([body.status, body.code], [409, 'Conflict']);
  assert.match(body.detail, new RegExp(old.jobId));
  assert.equal((await bind(bolt.hypervisorId, second.hypervisorId)).status, 200);

  world.records.jobs.set(old.jobId, { ...old, state: 'failed' });
  assert.equal((await bind(acme.hypervisorId, second.hypervisorId)).body.boundTo, second.hypervisorId);
});

test('binding again to the same service hypervisor changes nothing, even while a job runs', async () => {
  const { world, bind } = worldWithMore();
  world.records.jobs.set(job(1, acme).jobId, job(1, acme));
  world.advance(60_000);
  assert.equal((await bind(acme.hypervisorId, service.hypervisorId)).status, 200);
  assert.deepEqual(world.records.hypervisors.get(acme.hypervisorId), acme);
});

test('O6: automatic without VM groups cannot be bound to, and no job runs on it; each side is told in its words', async () => {
  const { world, bind } = worldWithMore();
  const { body } = await bind(fresh.hypervisorId, automatic.hypervisorId);
  assert.deepEqual([body.status, body.code], [409, 'RuleViolated']);
  assert.match(body.detail, /no VM group/);
  assert.match(body.remedy, /by hand at the service hypervisor/);

  world.records.hypervisors.set(fresh.hypervisorId, {
    ...fresh,
    binding: { serviceId: automatic.hypervisorId, boundAt: 1 },
  });
  const backup = { body: { instanceIds: ['i-0123456789abcdef0'] } };
  const tenants = await callAs(world, fresh.accountId)('POST', '/backups', backup);
  assert.equal(tenants.status, 409);
  assert.match(tenants.body.detail, /Your provider has to finish the set-up/);
  assert.doesNotMatch(tenants.text, /VM group|access node|hv-/i);
  const path = `/operator/tenants/${fresh.hypervisorId}/backups`;
  assert.match((await callAs(world, PROVIDER)('POST', path, backup)).body.detail, /no VM group/);
  assert.equal(world.records.jobs.size, 0);
});

test('only a tenant is bound, and only to a service hypervisor', async () => {
  const { bind } = worldWithMore();
  const wrongWay = await bind(service.hypervisorId, acme.hypervisorId);
  assert.deepEqual([wrongWay.status, wrongWay.body.field], [400, 'hypervisorId']);
  const toTenant = await bind(acme.hypervisorId, bolt.hypervisorId);
  assert.deepEqual([toTenant.status, toTenant.body.field], [400, 'serviceHypervisorId']);
  const nowhere = await bind(acme.hypervisorId, 'hv-00000000-none');
  assert.deepEqual([nowhere.status, nowhere.body.field], [404, 'serviceHypervisorId']);
});
