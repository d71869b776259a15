/** What an attempt left open in the records is found, however old its job is, and however long nothing could be done about it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TransientFailure } from '../../core/domain/errors.ts';
import type { ReaperDeps } from '../../core/steps/reaper/reaper-deps.ts';
import { createSweep } from '../../core/steps/reaper/sweep.ts';
import { anOrder } from '../adapters/records.ts';
import { HOUR, type ReaperWorld, reaperWorld } from './reaper-world.ts';

const DAY = 24 * HOUR;

const openOrder = (world: ReaperWorld, job: ReturnType<ReaperWorld['job']>): (() => string | undefined) => {
  const order = { ...anOrder(job, 'i-1'), attempt: job.attempt, state: 'queued' } as const;
  world.records.orders.set(order.orderId, order);
  return () => world.records.orders.get(order.orderId)?.state;
};

/** Something happens before the audit log is written. */
const beforeAudit = ({ deps }: ReaperWorld, happens: () => void): ReaperDeps => ({
  ...deps,
  audit: {
    ...deps.audit,
    append: async (event) => {
      happens();
      return deps.audit.append(event);
    },
  },
});

for (const hours of [1, 2, 24])
  test(`what was found while the audit log could not be written for ${hours} h is removed afterwards`, async () => {
    const world = reaperWorld();
    await createSweep(world.deps)({});
    const failed = world.job({ createdAt: world.now() - 2 * HOUR, endedAt: world.now(), type: 'restore' });
    world.effect(failed, 'replaced-volumes', { resourceIds: ['vol-1'] });
    const order = openOrder(world, failed);
    world.later(3.5 * HOUR);
    world.auditing.trouble.error = new Error('the table is gone');
    for (let n = 0; n < hours; n++) {
      world.later(HOUR);
      await createSweep(world.deps)({});
    }
    assert.deepEqual([order(), world.started.length], ['queued', 0]);
    delete world.auditing.trouble.error;
    world.later(HOUR);
    await createSweep(world.deps)({});
    assert.deepEqual([order(), world.started.length], ['closed', 1]);
  });

test('what a sweep found and had no time to write down is found by the next', async () => {
  const world = reaperWorld();
  await createSweep(world.deps)({});
  const orders = Array.from({ length: 40 }, () =>
    openOrder(world, world.job({ createdAt: world.now() - 2 * HOUR, endedAt: world.now() })),
  );
  const slow = beforeAudit(world, () => world.later(25_000));
  world.later(3.5 * HOUR);
  for (let n = 0; n < 3; n++) {
    world.later(HOUR);
    await createSweep(slow)({ tenantId: 'hv-acme', until: world.now() + 20_000 });
  }
  assert.ok(orders.some((state) => state() === 'queued'));
  world.later(HOUR);
  await createSweep(world.deps)({});
  assert.deepEqual(new Set(orders.map((state) => state())), new Set(['closed']));
});

for (const days of [1, 9, 400])
  test(`what the last attempt of a job left open that was made ${days} days ago and retried is closed`, async () => {
    const world = reaperWorld();
    await createSweep(world.deps)({});
    const endedAt = world.now();
    const failed = world.job({ attempt: 2, createdAt: endedAt - days * DAY, reopenedAt: endedAt - 6 * HOUR, endedAt });
    world.effect(failed, 'guest-command', { attempt: 2, resourceIds: ['cmd-1'] });
    const order = openOrder(world, failed);
    for (let n = 0; n < 6; n++) {
      await createSweep(world.deps)({});
      world.later(HOUR);
    }
    assert.deepEqual([order(), world.started[0]], ['closed', `${failed.jobId}-2-cleanup`]);
  });

test('a job is looked through until nothing of it is open past its grace; then no more, unless it ends anew', async () => {
  const world = reaperWorld();
  const { sweeps } = world.catalog;
  const ends = async () => (await sweeps.ends('hv-acme', { limit: 100 })).items.length;
  const young = world.job({ endedAt: world.now() });
  const left = world.job();
  const effect = world.effect(left, 'guest-command', { resourceIds: ['cmd-1'] });
  await createSweep(world.deps)({});
  assert.equal(await ends(), 2, 'one may be cleaned up still, one is not put back');
  world.later(5 * HOUR);
  await createSweep(world.deps)({});
  assert.equal(await ends(), 1);
  world.effect(left, 'guest-command', { ...effect, state: 'undone' });
  await createSweep(world.deps)({});
  assert.equal(await ends(), 0);
  world.records.jobs.set(young.jobId, { ...young, attempt: 2, endedAt: world.now() });
  assert.equal(await ends(), 1);
});

test('one job or order that cannot be read hides nothing else of its tenant, and is told', async () => {
  const world = reaperWorld();
  const { deps, records } = world;
  const bad = world.job({ state: 'running' });
  const unreadable = world.job();
  const order = openOrder(world, world.job());
  const { executions, catalog } = deps;
  const failing: ReaperDeps = {
    ...deps,
    executions: {
      ...executions,
      status: async (machine, name) => {
        if (name.startsWith(bad.jobId)) throw new TransientFailure('states:DescribeExecution: ThrottlingException');
        return executions.status(machine, name);
      },
    },
    catalog: {
      ...catalog,
      orders: {
        ...catalog.orders,
        ofAttempt: async (jobId, attempt) => {
          if (jobId === unreadable.jobId) throw new TransientFailure('dynamodb:Query: timeout');
          return catalog.orders.ofAttempt(jobId, attempt);
        },
      },
    },
  };
  await createSweep(failing)({});
  assert.equal(order(), 'closed');
  const told = [...records.findings.values()].map(({ kind, subject, action }) => `${kind} ${subject} ${action}`);
  assert.deepEqual(told.sort(), [`stuck-job ${bad.jobId} show`, `unfinished-cleanup ${unreadable.jobId}-1 show`]);
  world.executionStates.set(`${bad.jobId}-1`, 'RUNNING');
  await createSweep(deps)({});
  assert.equal(records.findings.size, 0);
});

test('a tenant with many open jobs takes no more than its time: each is described for itself', async () => {
  const world = reaperWorld();
  for (let n = 0; n < 200; n++) world.job({ state: 'running' });
  const { executions } = world.deps;
  const slow = {
    ...world.deps,
    executions: {
      ...executions,
      status: async () => {
        world.later(500);
        return 'RUNNING';
      },
    },
  };
  const begun = world.now();
  await createSweep(slow)({ tenantId: 'hv-acme', until: begun + 20_000 });
  assert.ok(world.now() - begun < 20_000, `${world.now() - begun} ms`);
});
