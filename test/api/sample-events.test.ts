import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { operatorRoutes, operatorTenantPrefix, operatorTenantRoutes, tenantRoutes } from '../../core/contracts/api.ts';
import { acme, createWorld, job, point } from './world.ts';

const FOLDER = new URL('../../events/', import.meta.url);
const samples = readdirSync(FOLDER)
  .filter((name) => name.startsWith('api-'))
  .map((name) => [name, JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8'))] as const);

const routes = [
  ...Object.values(tenantRoutes),
  ...Object.values(operatorRoutes),
  ...Object.values(operatorTenantRoutes).map((route) => ({ ...route, path: `${operatorTenantPrefix}${route.path}` })),
];

test('every sample event of the API is answered as its route says', async () => {
  for (const [name, sample] of samples) {
    const world = createWorld();
    world.records.jobs.set(
      job(1, acme).jobId,
      job(1, acme, { state: name.includes('bind') ? 'completed' : 'running' }),
    );
    world.records.points.set(point(1, acme).recoveryPointId, point(1, acme));
    const route = routes.find(({ method, path }) => method === sample.httpMethod && path === sample.resource);
    assert.ok(route, `${name}: no route ${sample.httpMethod} ${sample.resource}`);
    const api = sample.path.startsWith('/operator') ? world.operatorApi : world.tenantApi;
    const response = await api(sample);
    assert.equal(response.statusCode, route.status, `${name}: ${response.body}`);
  }
});

test('there is a sample for every call of tenants and operators', () => {
  const sampled = new Set(samples.map(([, { httpMethod, resource }]) => `${httpMethod} ${resource}`));
  for (const { method, path } of [...Object.values(tenantRoutes), ...Object.values(operatorRoutes)])
    assert.ok(sampled.has(`${method} ${path}`), `no events/api-*.json for ${method} ${path}`);
});
