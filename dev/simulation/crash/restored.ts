import assert from 'node:assert/strict';
import { type TenantJobView, tenantRoutes } from '../../../core/contracts/api.ts';
import { contentOfPoint } from '../content-of-point.ts';
import { contentOf } from '../instances.ts';
import { endOf, startRestore } from '../jobs.ts';
import type { Run } from '../run.ts';
import type { Acted } from './crash-scenario.ts';
import { first } from './first-tenant.ts';

export const jobOf = (run: Run, jobId: string): Promise<TenantJobView> =>
  first(run).insist(tenantRoutes.getJob, { params: { jobId: jobId as never } });

export const jobsOfTenant = async (run: Run): Promise<readonly { readonly jobId: string }[]> =>
  (await first(run).insist(tenantRoutes.listJobs, { query: { limit: 100 } })).items;

/** Every volume that the restore made holds what its source held. */
export const resultIs = async (run: Run, jobId: string, then: ReadonlyMap<string, string>): Promise<void> => {
  const volumes = (await jobOf(run, jobId)).instances?.[0]?.result?.volumes ?? [];
  assert.equal(volumes.length, then.size, `${jobId} restored ${volumes.length} of ${then.size} volumes`);
  for (const { volumeId, sourceVolumeId } of volumes)
    assert.equal(contentOf(run, volumeId), then.get(sourceVolumeId), `${volumeId} is not what ${sourceVolumeId} was`);
};

const pointOf = async (run: Run, jobId: string): Promise<string> => {
  const made = await jobOf(run, jobId);
  const [child] = made.instances ?? [];
  const recoveryPointId = child?.recoveryPointId ?? child?.recoveryPointIds?.[0];
  assert.ok(recoveryPointId, `${jobId} completed without a recovery point: ${JSON.stringify(made)}`);
  return recoveryPointId;
};

/** The recovery point that the job made holds what the instance held: read without a job, in a tenth of its time. */
export const pointHolds = async (run: Run, jobId: string, then: ReadonlyMap<string, string>): Promise<void> => {
  const recoveryPointId = await pointOf(run, jobId);
  const held = await contentOfPoint(run, first(run), recoveryPointId);
  assert.deepEqual([...held].sort(), [...then].sort(), `${recoveryPointId} does not hold what the instance held`);
};

/** It restores, by a job, and what it restores is what the instance held. */
export const restoredIs = async (run: Run, jobId: string, then: ReadonlyMap<string, string>): Promise<void> => {
  const recoveryPointId = await pointOf(run, jobId);
  const restore = await endOf(first(run), await startRestore(first(run), recoveryPointId, { kind: 'volumes' }));
  assert.equal(restore.state, 'completed', `${recoveryPointId} does not restore: ${JSON.stringify(restore)}`);
  await resultIs(run, restore.jobId, then);
};

/** What an instance held from a time on (ms since 1970). */
interface Held {
  readonly since: number;
  readonly content: ReadonlyMap<string, string>;
}

/**
 * What a scenario has begun that makes a recovery point, and what that must hold. `later`: the instance was worked on
 * meanwhile; what counts is when the point says that it was taken.
 */
export const made = (run: Run, jobId: string, then: ReadonlyMap<string, string>, later?: Held): Acted => {
  const due = async (): Promise<ReadonlyMap<string, string>> => {
    if (!later) return then;
    const params = { recoveryPointId: (await pointOf(run, jobId)) as never };
    const { takenAt } = await first(run).insist(tenantRoutes.getRecoveryPoint, { params });
    return Date.parse(takenAt) < later.since ? then : later.content;
  };
  return {
    jobs: [jobId],
    check: async () => pointHolds(run, jobId, await due()),
    checkWhole: async () => restoredIs(run, jobId, await due()),
  };
};
