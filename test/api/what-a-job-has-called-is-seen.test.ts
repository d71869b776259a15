import assert from 'node:assert/strict';
import { test } from 'node:test';
import { costOf } from '../../core/domain/cost.ts';
import { callAs } from './call-as.ts';
import { createWorld } from './world.ts';
import { ACME, acme, job, PROVIDER } from './world-records.ts';

test('of a job that has ended an operator sees what its orders have called, in all attempts; its tenant does not', async () => {
  const world = createWorld();
  const done = job(1, acme, { state: 'completed', attempt: 2 });
  const open = job(2, acme, { attempt: 2 });
  for (const each of [done, open]) world.records.jobs.set(each.jobId, each);
  const calls = { blocksRead: 1_000, blocksWritten: 0, blockLists: 1, s3Puts: 10, s3Gets: 100, kms: 2 };
  for (const { jobId } of [done, open])
    for (const attempt of [1, 2, 3]) {
      const claim = { orderId: `order-${attempt}`, claim: 1, jobId, attempt };
      world.records.claimCalls.set(`${jobId} ${attempt}`, {
        ...claim,
        tenantId: acme.hypervisorId,
        month: '2026-11',
        calls,
      });
    }
  const { body } = await callAs(world, PROVIDER)('GET', `/operator/tenants/${acme.hypervisorId}/jobs/${done.jobId}`);
  const twice = { blocksRead: 2_000, blocksWritten: 0, blockLists: 2, s3Puts: 20, s3Gets: 200, kms: 4 };
  assert.deepEqual(body.billed, { calls: twice, nanoUsd: costOf(twice, 0).total });
  assert.ok(body.billed.nanoUsd > 6_000_000, 'of 2,000 blocks');
  const running = await callAs(world, PROVIDER)('GET', `/operator/tenants/${acme.hypervisorId}/jobs/${open.jobId}`);
  assert.deepEqual([running.status, running.body.billed], [200, undefined], 'it is asked for again and again');
  const own = await callAs(world, ACME)('GET', `/jobs/${done.jobId}`);
  assert.deepEqual([own.status, own.body.billed], [200, undefined]);
});
