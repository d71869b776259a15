import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { type TenantJobView, tenantRoutes } from '../../core/contracts/api.ts';
import { contentOf, type SimInstance } from './instances.ts';
import { endOf } from './jobs.ts';
import type { Run, TenantPerson } from './run.ts';

/** Whether a job completed. Only chaos may end it otherwise, and then it says why. */
export const completed = (run: Run, job: TenantJobView): boolean => {
  if (job.state === 'completed') return true;
  const told = job.error !== undefined || (job.instances ?? []).some(({ error }) => error !== undefined);
  assert.ok(
    run.chaotic && (told || job.state === 'cancelled'),
    `job ended as ${job.state}: ${JSON.stringify(job, null, 1)}`,
  );
  return false;
};

/**
 * Waits for a job's end; undefined if it did not complete, and need not. Where all that the run suffers passes, it must:
 * at the latest when it is tried again afterwards, and without that where it suffers little.
 */
export const completion = async (run: Run, tenant: TenantPerson, jobId: string): Promise<TenantJobView | undefined> => {
  const job = await endOf(tenant, jobId);
  if (completed(run, job)) return job;
  const { passing } = run;
  if (!passing) return undefined;
  const words = JSON.stringify(job, null, 1);
  assert.ok(!passing.few, `job ended as ${job.state}, though it suffered little: ${words}`);
  await sleep(Math.max(0, passing.by - Date.now()));
  run.trace.note(`job ${jobId} is tried again: ${words}`);
  await tenant.insist(tenantRoutes.retryJob, { params: { jobId } });
  const again = await endOf(tenant, jobId);
  assert.equal(again.state, 'completed', `tried again when nothing fails any more: ${JSON.stringify(again, null, 1)}`);
  return again;
};

/** What an instance's volumes hold now, to be compared with what is restored. */
export const contents = (run: Run, { volumes }: SimInstance): ReadonlyMap<string, string> =>
  new Map(volumes.map(({ volumeId }) => [volumeId, contentOf(run, volumeId)]));

/** Every volume that a restore made is what the source was at the point's time. */
export const identical = (run: Run, job: TenantJobView, then: ReadonlyMap<string, string>): void => {
  const restored = job.instances?.[0]?.result?.volumes ?? [];
  assert.equal(restored.length, then.size, `${job.jobId} restored ${restored.length} of ${then.size} volumes`);
  for (const { volumeId, sourceVolumeId } of restored)
    assert.equal(contentOf(run, volumeId), then.get(sourceVolumeId), `${volumeId} is not what ${sourceVolumeId} was`);
};
