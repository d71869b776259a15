import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  approverRoutes,
  operatorRoutes,
  operatorTenantPrefix,
  operatorTenantRoutes,
  tenantRoutes,
} from '../../core/contracts/api.ts';
import { apiOf, samples, worldFor } from './sample-world.ts';

const routes = [
  ...Object.values(tenantRoutes),
  ...Object.values(operatorRoutes),
  ...Object.values(approverRoutes),
  ...Object.values(operatorTenantRoutes).map((route) => ({ ...route, path: `${operatorTenantPrefix}${route.path}` })),
];

for (const [name, sample] of samples) {
  test(`${name} is answered as its route says`, async () => {
    const world = worldFor(name);
    const route = routes.find(({ method, path }) => method === sample.httpMethod && path === sample.resource);
    assert.ok(route, `no route ${sample.httpMethod} ${sample.resource}`);
    const api = apiOf(world, sample.path);
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
