import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { GetScheduleCommand, ResourceNotFoundException, SchedulerClient } from '@aws-sdk/client-scheduler';
import { tenantRoutes } from '../../core/contracts/api.ts';
import type { TenantPlanFields } from '../../core/contracts/plans.ts';
import { completed, eventually, guest, invoke, launch, pointOf, run } from './tenant-days.ts';
import { openWorld, type Tenant, type World, waitForCleanup, waitForJob } from './world.ts';

/** Scheduler starts a rate as soon as it is made: nobody has to wait for the minute. */
const EVERY_MINUTE = { expression: 'rate(1 minute)', timeZone: 'UTC' };
const MINUTE = 60_000;
const DAY = 1_440 * MINUTE;

/** A plan, and a VM group of one instance that it protects. */
const protect = async (
  { api }: Tenant,
  instanceId: string,
  body: Pick<TenantPlanFields, 'name'> & Partial<TenantPlanFields>,
) => {
  const rules = { match: { instanceIds: [instanceId] }, exclude: { volumes: [] } };
  const { instances } = await api.call(tenantRoutes.previewRules, { body: rules });
  assert.deepEqual(
    instances.map((each) => each.instanceId),
    [instanceId],
  );
  // With its group first: a schedule that begins at once finds what it protects.
  const { schedule: _schedule, copy: _copy, ...unscheduled } = body;
  const { planId } = await api.call(tenantRoutes.addPlan, { body: unscheduled });
  await api.call(tenantRoutes.addVmGroup, { body: { ...rules, name: body.name, planId } });
  return api.call(tenantRoutes.replacePlan, { params: { planId }, body });
};

const ofSchedule = async ({ api }: Tenant, planId: string) =>
  (await api.call(tenantRoutes.listJobs, { query: { limit: 100 } })).items.filter(
    ({ trigger, request }) => trigger === 'schedule' && request.planId === planId,
  );

/** As who owns the deployment's account sees it. */
const asOwner = ({ local }: World) => ({
  endpoint: local.cloud.endpoint,
  region: local.place.region,
  credentials: local.cloud.admin.rootAccessKey(local.place.accountId),
});
const scheduleOf = (world: World, planId: string, action = 'backup') =>
  new SchedulerClient(asOwner(world)).send(
    new GetScheduleCommand({ GroupName: 'holdfast-dev', Name: `${planId}-${action}` }),
  );

/** As if the plan had been like this for so long. */
const age = (world: World, { hypervisorId }: Tenant, planId: string, byMs: number) =>
  new DynamoDBClient(asOwner(world)).send(
    new UpdateItemCommand({
      TableName: 'holdfast-dev',
      Key: { pk: { S: `HYPERVISOR#${hypervisorId}#PLAN` }, sk: { S: planId } },
      UpdateExpression: 'SET updatedAt = :at',
      ConditionExpression: 'attribute_exists(pk)',
      ExpressionAttributeValues: { ':at': { N: String(Date.now() - byMs) } },
    }),
  );

interface Outcome {
  readonly outcome: string;
  readonly reason: string;
  readonly jobId?: string;
}
const deliver = (world: World, { hypervisorId }: Tenant, planId: string, dueAt: number, action = 'backup') =>
  invoke(world, 'start-scheduled-job', {
    hypervisorId,
    planId,
    action,
    scheduledTime: new Date(dueAt).toISOString(),
  }) as Promise<Outcome>;

test('T1: EventBridge Scheduler starts what plans say, once each time, for each tenant its own', async (t) => {
  const world = await openWorld(t);
  const [acme, globex] = world.tenants;
  const [ofAcme, ofGlobex] = await Promise.all([launch(world, acme, 41), launch(world, globex, 42)]);
  const snapshot = await run(world, globex, 'startSnapshot', { instanceIds: [ofGlobex.instanceId] });

  const snapshots = await protect(acme, ofAcme.instanceId, {
    name: 'every-minute',
    method: 'snapshot',
    schedule: EVERY_MINUTE,
  });
  const copies = await protect(globex, ofGlobex.instanceId, {
    name: 'copies',
    method: 'snapshot',
    copy: { when: 'on-schedule', schedule: EVERY_MINUTE },
  });

  await t.test('at its time a snapshot job of one tenant starts, and a backup copy of the other', async () => {
    assert.ok(Date.parse(snapshots.nextRunAt ?? '') - Date.now() <= MINUTE);
    const started = (tenant: Tenant, planId: string) =>
      eventually(
        `the schedule of ${tenant.name} starts a job`,
        () => ofSchedule(tenant, planId),
        (jobs) => jobs.length > 0,
      );
    const [[ofPlan], [copy]] = await Promise.all([started(acme, snapshots.planId), started(globex, copies.planId)]);
    // Not a second time while the first is looked at.
    await acme.api.call(tenantRoutes.replacePlan, {
      params: { planId: snapshots.planId },
      body: { name: 'every-minute', method: 'snapshot', schedule: EVERY_MINUTE, paused: true },
    });
    const [taken, copied] = await Promise.all([
      completed(world, acme, ofPlan?.jobId ?? ''),
      completed(world, globex, copy?.jobId ?? ''),
    ]);
    assert.deepEqual(
      [taken.type, taken.instances?.map(({ instanceId }) => instanceId)],
      ['snapshot', [ofAcme.instanceId]],
    );
    const params = { recoveryPointId: pointOf(taken) };
    const point = await acme.api.call(tenantRoutes.getRecoveryPoint, { params });
    assert.equal(point.planId, snapshots.planId);
    assert.equal(copied.type, 'backup-copy');
    const of = { recoveryPointId: pointOf(snapshot) };
    const { copiedTo } = await globex.api.call(tenantRoutes.getRecoveryPoint, { params: of });
    assert.equal(copiedTo, pointOf(copied));
    const calls = await world.local.cloud.trail.records({
      eventName: 'Invoke',
      where: ({ userIdentity, requestParameters }) =>
        /role\/holdfast-dev-scheduler/.test(userIdentity.sessionIssuer ?? '') &&
        JSON.stringify(requestParameters).includes('start-scheduled-job'),
    });
    assert.ok(calls.length >= 2, 'it was EventBridge Scheduler who called, as the role that it has');
  });

  await t.test('a paused plan starts nothing, and has no next run', async () => {
    const { State } = await scheduleOf(world, snapshots.planId);
    assert.equal(State, 'DISABLED');
    const params = { planId: snapshots.planId };
    assert.equal((await acme.api.call(tenantRoutes.getPlan, { params })).nextRunAt, undefined);
    const before = await ofSchedule(acme, snapshots.planId);
    assert.match((await deliver(world, acme, snapshots.planId, Date.now() + MINUTE)).reason, /is paused/);
    assert.equal((await ofSchedule(acme, snapshots.planId)).length, before.length);
  });

  await t.test('at its time a streaming backup starts', async () => {
    const body = { name: 'streams', method: 'streaming', schedule: EVERY_MINUTE } as const;
    const { planId } = await protect(globex, ofGlobex.instanceId, body);
    const [job] = await eventually(
      'the schedule starts a backup',
      () => ofSchedule(globex, planId),
      (jobs) => jobs.length > 0,
    );
    await globex.api.call(tenantRoutes.replacePlan, { params: { planId }, body: { ...body, paused: true } });
    const backup = await completed(world, globex, job?.jobId ?? '');
    assert.equal(backup.type, 'backup');
    const params = { recoveryPointId: pointOf(backup) };
    const point = await globex.api.call(tenantRoutes.getRecoveryPoint, { params });
    assert.deepEqual([point.kind, point.planId, point.state], ['streaming', planId, 'available']);
  });

  await t.test(
    'delivered twice, even at once, it is one job; the next time waits for no job that is open',
    async () => {
      const body = {
        name: 'daily',
        method: 'snapshot',
        schedule: { expression: 'cron(30 3 * * ? *)', timeZone: 'Europe/Berlin' },
        consistency: { kind: 'application', freeze: 'hold-still' },
      } as const;
      // A job that stays open for as long as it is looked at.
      await guest(world, ofAcme.instanceId, { agent: true, scripts: [{ contains: 'hold-still', outcome: 'hang' }] });
      await acme.api.call(tenantRoutes.replacePlan, { params: { planId: snapshots.planId }, body });
      const { State, ScheduleExpression, ScheduleExpressionTimezone } = await scheduleOf(world, snapshots.planId);
      assert.deepEqual(
        [State, ScheduleExpression, ScheduleExpressionTimezone],
        ['ENABLED', 'cron(30 3 * * ? *)', 'Europe/Berlin'],
      );
      const before = (await ofSchedule(acme, snapshots.planId)).length;
      const dueAt = Math.ceil(Date.now() / MINUTE) * MINUTE + 5 * MINUTE;
      const outcomes = await Promise.all([1, 2, 3].map(() => deliver(world, acme, snapshots.planId, dueAt)));
      const [jobId] = new Set(outcomes.map((each) => each.jobId));
      assert.ok(jobId);
      const later = await deliver(world, acme, snapshots.planId, dueAt + MINUTE);
      assert.equal(later.outcome, 'skipped', JSON.stringify(later));
      await acme.api.call(tenantRoutes.cancelJob, { params: { jobId } });
      assert.equal((await waitForJob(acme, jobId)).state, 'cancelled');
      await waitForCleanup(world, jobId);
      assert.equal((await deliver(world, acme, snapshots.planId, dueAt)).outcome, 'nothing to do');
      assert.equal((await ofSchedule(acme, snapshots.planId)).length, before + 2);
      const skipped = await waitForJob(acme, later.jobId ?? '');
      assert.equal(skipped.state, 'cancelled');
      assert.match(
        skipped.error?.message ?? '',
        new RegExp(`not started: the job ${jobId} of the same plan was still`),
      );
    },
  );

  await t.test('windows that were missed are caught up with once, however many there were', async () => {
    // Half an hour ago, and at the same time of each of three days before.
    const missed = new Date(Date.now() - 30 * MINUTE);
    const plan = await protect(globex, ofGlobex.instanceId, {
      name: 'missed',
      method: 'snapshot',
      schedule: { expression: `cron(${missed.getUTCMinutes()} ${missed.getUTCHours()} * * ? *)`, timeZone: 'UTC' },
    });
    const tick = () => invoke(world, 'tick', { scheduledTime: new Date().toISOString() });
    await tick();
    assert.deepEqual(await ofSchedule(globex, plan.planId), [], 'times before there was a plan are none of its');
    await age(world, globex, plan.planId, 4 * DAY);
    const others = (await ofSchedule(acme, snapshots.planId)).length;
    await Promise.all([tick(), tick()]);
    await tick();
    const [job, ...more] = await ofSchedule(globex, plan.planId);
    assert.deepEqual(more, []);
    await completed(world, globex, job?.jobId ?? '');
    assert.equal((await ofSchedule(acme, snapshots.planId)).length, others, 'and nothing of the other tenant');
  });

  await t.test('with its plan, a schedule is removed', async () => {
    // A plan whose job runs is not removed: on a slow machine the next minute comes before this does.
    const { planId } = copies;
    const copy = { when: 'on-schedule', schedule: EVERY_MINUTE } as const;
    const body = { name: 'copies', method: 'snapshot', copy, paused: true } as const;
    await globex.api.call(tenantRoutes.replacePlan, { params: { planId }, body });
    for (const { jobId } of await ofSchedule(globex, planId)) await waitForJob(globex, jobId);

    for (const [tenant, { planId }, action] of [
      [acme, snapshots, 'backup'],
      [globex, copies, 'copy'],
    ] as const) {
      await scheduleOf(world, planId, action);
      const groups = await tenant.api.call(tenantRoutes.listVmGroups, {});
      for (const { groupId, planId: of } of groups.items) {
        if (of === planId) await tenant.api.call(tenantRoutes.removeVmGroup, { params: { groupId } });
      }
      await tenant.api.call(tenantRoutes.removePlan, { params: { planId } });
      await assert.rejects(scheduleOf(world, planId, action), ResourceNotFoundException);
      const late = await deliver(world, tenant, planId, Date.now(), action);
      assert.equal(late.outcome, 'nothing to do', 'one that was on its way starts nothing');
    }
  });
});
