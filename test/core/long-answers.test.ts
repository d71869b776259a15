import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sha256 } from '../../adapters/system.ts';
import { groupPreviewView } from '../../core/domain/plan-views.ts';
import { jobView } from '../../core/domain/views.ts';
import { createPlanRetention } from '../../core/steps/api/retention.ts';
import { A, aJob, anInstance, aPlan, aPoint, aTenant } from '../adapters/records.ts';
import { createInMemoryCatalog } from '../api/in-memory-catalog.ts';

test('a job of more than 1,000 instances is shown with the first ones, those that failed before the others, and a count of all', () => {
  const job = aJob(A);
  const instances = Array.from({ length: 1_500 }, (_, n) => ({
    ...anInstance(job, `i-${String(n).padStart(8, '0')}`),
    phase: n >= 1_490 ? ('failed' as const) : ('done' as const),
  }));
  const { instances: shown = [], summary } = jobView(job, instances, { kind: 'operator' }, 5);
  assert.equal(shown.length, 1_000);
  assert.ok(shown.slice(0, 10).every(({ phase }) => phase === 'failed'));
  assert.equal(shown[10]?.instanceId, 'i-00000000');
  assert.deepEqual(summary, { done: 1_490, failed: 10 });
});

test('a preview of a VM group shows 1,000 instances at most, and counts them all', () => {
  const instance = (n: number) => ({
    instanceId: `i-${n}`,
    state: 'running',
    platform: 'Linux/UNIX',
    availabilityZone: 'eu-central-1a',
    tags: {},
    volumes: [],
  });
  const all = Array.from({ length: 1_200 }, (_, n) => instance(n));
  const preview = groupPreviewView({
    instances: all.map((each) => ({ instance: each, matchedBy: 'all instances', volumes: [] })),
    excluded: all.map((each) => ({ instance: each, excludedBy: 'its id' })),
  });
  assert.deepEqual([preview.instances.length, preview.instancesInAll], [1_000, 1_200]);
  assert.deepEqual([preview.excluded.length, preview.excludedInAll], [1_000, 1_200]);
});

test('a look at retention shows the oldest 5,000 to remove and the newest 1,000 to keep, and says how many more there are', async () => {
  const { catalog, records } = createInMemoryCatalog();
  const { schedule: _, ...plan } = { ...aPlan(A), retention: { count: 1_200 }, copy: { when: 'never' as const } };
  await catalog.plans.add(plan);
  const base = { ...aPoint(A, 'i-00000001', []), state: 'available' as const, planId: plan.planId };
  for (let n = 0; n < 6_300; n++) {
    const recoveryPointId = `rp-${String(n).padStart(5, '0')}`;
    records.points.set(recoveryPointId, { ...base, recoveryPointId, takenAt: 1_000 + n });
  }
  const look = createPlanRetention({ catalog, sha256, clock: { now: () => 10_000 } });
  const tenant = aTenant(A, '222222222222');
  const { removes, more, keeps, keepsInAll, token } = await look(tenant);
  assert.deepEqual([removes.length, more, keeps.length, keepsInAll], [5_000, 100, 1_000, 1_200]);
  assert.equal(removes[0]?.recoveryPointId, 'rp-00000');
  assert.equal(keeps[0]?.recoveryPointId, 'rp-06299');
  assert.equal((await look(tenant)).token, token);
});
