import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'yaml';
import * as errors from '../../core/domain/errors.ts';
import { openApiOf, routesOf } from '../../functions/api/openapi.ts';
import { callAs } from './call-as.ts';
import { createWorld } from './world.ts';
import { ACME, PROVIDER, SERVICE_SIDE } from './world-records.ts';

interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly { readonly in: string; readonly name: string; readonly required?: boolean }[];
  readonly requestBody?: { readonly content: Record<string, { readonly schema: object }> };
  readonly responses: Record<
    string,
    { readonly description: string; readonly content: Record<string, { readonly schema: object }> }
  >;
}
interface Document {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { readonly schemas: Record<string, object>; readonly securitySchemes: Record<string, object> };
}
const documentOf = (audience: 'tenant' | 'operator') => openApiOf(audience) as unknown as Document;

for (const audience of ['tenant', 'operator'] as const) {
  const document = documentOf(audience);

  test(`${audience}: every route is an operation of its own, with its parameters, body, answer and problems`, () => {
    assert.equal(document.openapi, '3.1.0');
    const seen = new Set<string>();
    for (const [operationId, route] of Object.entries(routesOf(audience))) {
      const operation = document.paths[route.path]?.[route.method.toLowerCase()];
      assert.equal(operation?.operationId, operationId);
      assert.ok(operation && !seen.has(operationId));
      seen.add(operationId);
      const named = (place: string) =>
        (operation.parameters ?? []).filter((each) => each.in === place).map(({ name }) => name);
      assert.deepEqual(
        named('path'),
        [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name),
      );
      assert.ok((operation.parameters ?? []).every((each) => each.in !== 'path' || each.required));
      const query = 'shape' in route.query ? Object.keys(route.query.shape as object) : [];
      assert.deepEqual(named('query').sort(), query.sort());
      assert.deepEqual(named('header'), route.method === 'POST' ? ['Idempotency-Key'] : []);
      assert.equal(operation.requestBody !== undefined, route.body !== undefined, operationId);
      assert.ok(operation.responses[route.status]?.content['application/json']?.schema);
      const problem = { $ref: '#/components/schemas/Problem' };
      for (const status of [400, 403, 500, 503])
        assert.deepEqual(operation.responses[status]?.content['application/problem+json']?.schema, problem);
      if (route.path.includes('{')) assert.ok(operation.responses[404]);
    }
    const operations = Object.values(document.paths).flatMap((each) => Object.keys(each));
    assert.equal(operations.length, seen.size);
  });

  test(`${audience}: every reference leads somewhere, and every named schema is used`, () => {
    const text = JSON.stringify(document);
    const used = new Set([...text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name));
    for (const name of used) assert.ok(name !== undefined && document.components.schemas[name], `${name} is not there`);
    const unused = Object.keys(document.components.schemas).filter((name) => !used.has(name));
    assert.deepEqual(unused, []);
  });

  test(`${audience}: every error that the API may answer with is named at its status`, () => {
    const text = JSON.stringify(document);
    for (const Class of Object.values(errors)) {
      if (!(Class.prototype instanceof errors.HoldfastError)) continue;
      const error: errors.HoldfastError = new (Class as typeof errors.NotFound)('');
      if (error.status === 500 || (error.status === 422 && audience === 'tenant')) continue;
      assert.ok(text.includes(error.name), error.name);
    }
  });
}

test('a tenant’s document has no operator’s route, and nothing of a service side', async () => {
  const text = JSON.stringify(documentOf('tenant'));
  assert.doesNotMatch(
    text,
    /\/operator|AccessNode|access node|MediaAgent|library\b.*bucket|executionArn|queues|streams/,
  );
  for (const secret of SERVICE_SIDE.filter((each) => each !== 'execution')) assert.ok(!text.includes(secret), secret);
});

test('each side is served its document', async () => {
  const world = createWorld();
  assert.deepEqual((await callAs(world, ACME)('GET', '/openapi.json')).body, documentOf('tenant'));
  assert.deepEqual((await callAs(world, PROVIDER)('GET', '/operator/openapi.json')).body, documentOf('operator'));
  assert.equal((await callAs(world, ACME)('GET', '/operator/openapi.json')).status, 403);
});

test('API Gateway has exactly the tenants’ routes, each signed, and one door for operators', () => {
  const { functions } = parse(readFileSync(new URL('../../serverless.yml', import.meta.url), 'utf8'), {
    merge: true,
    logLevel: 'silent',
  });
  const https = functions.tenantApi.events.map(({ http }: { http: Record<string, string> }) => http);
  assert.ok(https.every(({ authorizer }: { authorizer: string }) => authorizer === 'aws_iam'));
  const deployed = https.map(({ method, path }: { method: string; path: string }) => `${method} ${path}`).sort();
  assert.deepEqual(
    deployed,
    Object.values(routesOf('tenant'))
      .map(({ method, path }) => `${method} ${path}`)
      .sort(),
  );
  assert.equal(functions.operatorApi.events.length, 1);
});

test('how data moves is in the operators’ document only', () => {
  assert.match(JSON.stringify(documentOf('operator')), /hotadd/);
  assert.doesNotMatch(JSON.stringify(documentOf('tenant')), /"transport"|hotadd|ebs-direct/);
});
