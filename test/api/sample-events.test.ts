import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { sha256 } from '../../adapters/system.ts';
import {
  approverRoutes,
  operatorRoutes,
  operatorTenantPrefix,
  operatorTenantRoutes,
  tenantRoutes,
} from '../../core/contracts/api.ts';
import { type Approval, type AskedRequest, WAITS_FOR_MS } from '../../core/domain/approval.ts';
import { createApproverApi } from '../../functions/api/approver-api.ts';
import {
  accessNode,
  acme,
  bolt,
  createWorld,
  group,
  job,
  libraryRun,
  plan,
  point,
  START,
  service,
  type World,
} from './world.ts';

const FOLDER = new URL('../../events/', import.meta.url);
const samples = readdirSync(FOLDER)
  .filter((name) => name.startsWith('api-'))
  .map((name) => [name, JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8'))] as const);

const routes = [
  ...Object.values(tenantRoutes),
  ...Object.values(operatorRoutes),
  ...Object.values(approverRoutes),
  ...Object.values(operatorTenantRoutes).map((route) => ({ ...route, path: `${operatorTenantPrefix}${route.path}` })),
];

const asked: AskedRequest = {
  tenantId: acme.hypervisorId,
  operation: 'switch-off-approvals',
  requestedBy: 'arn:aws:iam::999999999999:user/eve',
  params: { hypervisorId: acme.hypervisorId },
  query: {},
  body: { approvals: 'off' },
};
const request = JSON.stringify(asked);
/** The sample's requestHash is its. */
const waiting: Approval = {
  approvalId: 'apr-0199aaaa-0000-7000-8000-000000000001',
  tenantId: acme.hypervisorId,
  operation: asked.operation,
  subject: acme.hypervisorId,
  what: ['Switch approvals off.'],
  askedBy: 'operator',
  requestedBy: asked.requestedBy,
  requestedAt: START,
  expiresAt: START + WAITS_FOR_MS,
  request,
  requestHash: sha256(request),
  basisHash: sha256(JSON.stringify({ approvals: 'two-person' })),
  state: 'waiting',
  revision: 1,
};

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
  records.approvals.set(waiting.approvalId, waiting);
  // a plan that nothing uses can be removed
  const own = group(1, acme, name.includes('remove-plan') ? {} : { planId: plan(1, acme).planId });
  const ofService = name.includes('service-vm-group');
  records.vmGroups.set(own.groupId, ofService ? { ...own, hypervisorId: service.hypervisorId } : own);
  records.plans.set(plan(1, acme).planId, plan(1, acme));
  records.nodes.set(`${service.hypervisorId} ${accessNode(1).nodeId}`, accessNode(1));
  if (name.includes('remove-hypervisor'))
    for (const { hypervisorId } of [acme, bolt]) records.hypervisors.delete(hypervisorId);
  if (name === 'api-approve.json') records.hypervisors.set(acme.hypervisorId, { ...acme, approvals: 'two-person' });
  if (name.includes('delete-recovery-point')) records.jobs.clear();
  if (name.includes('hypervisor-template'))
    records.hypervisors.set(service.hypervisorId, { ...service, accountId: '888888888888' });
  return world;
};

const apiOf = (world: World, path: string) => {
  // the samples' stage
  const settings = { ...world.deps.settings, stage: 'dev' };
  if (path.startsWith('/approver')) return createApproverApi({ ...world.deps, settings });
  return path.startsWith('/operator') ? world.operatorApi : world.tenantApi;
};

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
