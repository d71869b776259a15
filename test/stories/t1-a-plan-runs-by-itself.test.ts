/** T1 on the local cloud: a plan's schedule starts a job for the VM group that it protects, in one tenant only. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { sha256 } from '../../adapters/system.ts';
import { tenantRoutes } from '../../core/contracts/api.ts';
import { isRetentionTick, TICK_MS } from '../../core/steps/schedule/tick.ts';
import { instanceWithData, openWorld, type Tenant, type World, waitForJob } from './world.ts';

const scheduledJobOf = async (tenant: Tenant): Promise<string> => {
  for (const deadline = Date.now() + 120_000; Date.now() < deadline; await sleep(500)) {
    const { items } = await tenant.api.call(tenantRoutes.listJobs, {});
    const found = items.find(({ trigger }) => trigger === 'schedule');
    if (found) return found.jobId;
  }
  throw new Error('no job was started by the schedule');
};

/** The tick of today at which this tenant's retention runs. */
const retentionTick = ({ hypervisorId }: Tenant): number => {
  const today = Math.floor(Date.now() / 86_400_000) * 86_400_000;
  for (let at = today; ; at += TICK_MS) if (isRetentionTick(sha256, hypervisorId, at)) return at;
};

/** Calls the deployed function, as Scheduler would. */
const tick = async ({ local: { cloud, place } }: World, at: number): Promise<unknown> => {
  const root = cloud.admin.rootPrincipal(place.accountId);
  const Payload = Buffer.from(JSON.stringify({ scheduledTime: new Date(at).toISOString() }));
  const answer = await cloud.kernel.call(root, place.region, 'lambda', 'Invoke', {
    FunctionName: 'holdfast-dev-tick',
    Payload,
  });
  return JSON.parse(Buffer.from((answer as { Payload: Uint8Array }).Payload).toString());
};

test('a plan protects its VM group by itself, until it is paused; retention is shown and run by the tenant', async (t) => {
  const world = await openWorld(t);
  const [acme, bolt] = world.tenants;
  const { instanceId } = await instanceWithData(world, acme, [1], { seed: 1 });
  await instanceWithData(world, bolt, [1], { seed: 2 });

  const plan = await acme.api.call(tenantRoutes.addPlan, {
    body: { name: 'snapshots', method: 'snapshot', retention: { count: 1 } },
  });
  const rules = { match: { instanceIds: [instanceId] } };
  const preview = await acme.api.call(tenantRoutes.previewRules, { body: { ...rules, exclude: { volumes: [] } } });
  assert.deepEqual(
    preview.instances.map((each) => each.instanceId),
    [instanceId],
  );
  await acme.api.call(tenantRoutes.addVmGroup, { body: { name: 'all', ...rules, planId: plan.planId } });

  const schedule = { expression: 'rate(1 minute)' };
  const fields = { name: 'snapshots', method: 'snapshot', retention: { count: 1 } } as const;
  const params = { planId: plan.planId };
  await acme.api.call(tenantRoutes.replacePlan, { params, body: { ...fields, schedule } });
  const job = await waitForJob(acme, await scheduledJobOf(acme));
  assert.equal(job.state, 'completed', JSON.stringify(job));
  assert.deepEqual(
    [job.type, job.request.planId, job.instances?.map((each) => each.instanceId)],
    ['snapshot', plan.planId, [instanceId]],
  );
  const paused = await acme.api.call(tenantRoutes.replacePlan, { params, body: { ...fields, schedule, paused: true } });
  assert.equal(paused.nextRunAt, undefined);
  assert.ok(paused.lastRunAt);

  const again = await acme.api.call(tenantRoutes.startSnapshot, { body: { planId: plan.planId } });
  await waitForJob(acme, again.jobId);
  const { token, removes, keeps } = await acme.api.call(tenantRoutes.planRetention, {});
  assert.ok(removes.length >= 1 && keeps.length === 1, JSON.stringify({ removes, keeps }));
  const { removed, failed } = await acme.api.call(tenantRoutes.runRetention, { body: { token } });
  assert.deepEqual([removed.length, failed], [removes.length, []]);

  // the daily run, under its own role
  const third = await acme.api.call(tenantRoutes.startSnapshot, { body: { planId: plan.planId } });
  await waitForJob(acme, third.jobId);
  const outcome = await tick(world, retentionTick(acme));
  assert.deepEqual(outcome, { caughtUp: 0, overdue: 0, removed: 1, problems: [] });
  const left = await acme.api.call(tenantRoutes.listRecoveryPoints, { query: { state: 'all' } });
  assert.equal(left.items.filter(({ state }) => state === 'available').length, 1);

  assert.deepEqual((await bolt.api.call(tenantRoutes.listJobs, {})).items, []);
  assert.deepEqual((await bolt.api.call(tenantRoutes.listPlans, {})).items, []);
});
