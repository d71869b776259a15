import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { operatorRoutes, operatorTenantPrefix, operatorTenantRoutes, tenantRoutes } from '../../core/contracts/api.ts';
import { accessNode, acme, bolt, createWorld, group, job, libraryRun, plan, point, service } from './world.ts';

const FOLDER = new URL('../../events/', import.meta.url);
const samples = readdirSync(FOLDER)
  .filter((name) => name.startsWith('api-'))
  .map((name) => [name, JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8'))] as const);

const routes = [
  ...Object.values(tenantRoutes),
  ...Object.values(operatorRoutes),
  ...Object.values(operatorTenantRoutes).map((route) => ({ ...route, path: `${operatorTenantPrefix}${route.path}` })),
];

/** What the sample's job has to be for the call to make sense. */
const stateFor = (name: string) => {
  if (name.includes('resume')) return 'suspended';
  if (name.includes('retry')) return 'completed with errors';
  return name.includes('bind') || name.includes('remove') ? 'completed' : 'running';
};

const worldFor = (name: string) => {
  const world = createWorld();
  const { records } = world;
  const one = job(1, acme, { state: stateFor(name) });
  records.jobs.set(one.jobId, one);
  world.paths.set(`${one.jobId}-1`, { executionArn: `${one.executionArn}`, status: 'RUNNING', states: [] });
  records.libraryRuns.set(libraryRun(1, acme).runId, libraryRun(1, acme));
  for (const each of [point(1, acme)]) records.points.set(each.recoveryPointId, each);
  // a plan that nothing uses can be removed
  const own = group(1, acme, name.includes('remove-plan') ? {} : { planId: plan(1, acme).planId });
  const ofService = name.includes('service-vm-group');
  records.vmGroups.set(own.groupId, ofService ? { ...own, hypervisorId: service.hypervisorId } : own);
  records.plans.set(plan(1, acme).planId, plan(1, acme));
  records.nodes.set(`${service.hypervisorId} ${accessNode(1).nodeId}`, accessNode(1));
  if (name.includes('remove-hypervisor'))
    for (const { hypervisorId } of [acme, bolt]) records.hypervisors.delete(hypervisorId);
  if (name.includes('hypervisor-template'))
    records.hypervisors.set(service.hypervisorId, { ...service, accountId: '888888888888' });
  return world;
};

for (const [name, sample] of samples) {
  test(`${name} is answered as its route says`, async () => {
    const world = worldFor(name);
    const route = routes.find(({ method, path }) => method === sample.httpMethod && path === sample.resource);
    assert.ok(route, `no route ${sample.httpMethod} ${sample.resource}`);
    const api = sample.path.startsWith('/operator') ? world.operatorApi : world.tenantApi;
    const response = await api(sample);
    assert.equal(response.statusCode, route.status, response.body);
    // what came in under a key is there when it comes again
    if (sample.headers['Idempotency-Key'] === undefined) return;
    const again = await api(sample);
    if (route.status === 201 || name.startsWith('api-start')) assert.deepEqual(again, response);
  });
}

test('there is a sample for every call of tenants and operators', () => {
  const sampled = new Set(samples.map(([, { httpMethod, resource }]) => `${httpMethod} ${resource}`));
  for (const { method, path } of routes)
    assert.ok(sampled.has(`${method} ${path}`), `no events/api-*.json for ${method} ${path}`);
});
