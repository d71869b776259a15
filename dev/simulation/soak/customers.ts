import assert from 'node:assert/strict';
import { type TenantJobView, tenantRoutes } from '../../../core/contracts/api.ts';
import { launch, type SimInstance, work } from '../instances.ts';
import { endOf, startBackup, startCopy, startRestore, startSnapshot } from '../jobs.ts';
import { contents, identical } from '../outcomes.ts';
import type { Run, TenantPerson } from '../run.ts';

export const jobTypes = ['backup', 'snapshot', 'backup-copy', 'restore'] as const;
type JobType = (typeof jobTypes)[number];

/** What has become of everybody's jobs so far. */
export interface Tally {
  readonly started: Record<JobType, number>;
  completed: number;
  /** Jobs that had to be tried again, by the error's name. */
  readonly failures: Map<string, number>;
  /** Restores whose bytes were compared with what the instance held at the point's time. */
  compared: number;
}

export const newTally = (): Tally => ({
  started: { backup: 0, snapshot: 0, 'backup-copy': 0, restore: 0 },
  completed: 0,
  failures: new Map(),
  compared: 0,
});

/** What a tenant was told is safe, and what its instance held then. */
interface Promised {
  readonly recoveryPointId: string;
  readonly then: ReadonlyMap<string, string>;
}

/** A job that goes on failing is none of chance any more. */
const MOST_RETRIES = 12;

/** One tenant's days: so many jobs, one after another, each tried again until it has completed. */
export const customer = (run: Run, tenant: TenantPerson, tally: Tally) => {
  const promised: Promised[] = [];
  const jobIds = new Set<string>();

  const complete = async (type: JobType, begin: () => Promise<string>): Promise<TenantJobView> => {
    const jobId = await begin();
    jobIds.add(jobId);
    tally.started[type] += 1;
    for (let retries = 0; ; retries++) {
      const job = await endOf(tenant, jobId);
      if (job.state === 'completed') {
        tally.completed += 1;
        return job;
      }
      const error = job.error ?? job.instances?.find((each) => each.error !== undefined)?.error;
      assert.ok(error, `${jobId} ended as ${job.state} and does not say why: ${JSON.stringify(job)}`);
      assert.ok(retries < MOST_RETRIES, `${jobId} failed ${retries + 1} times: ${error.name}: ${error.message}`);
      tally.failures.set(error.name, (tally.failures.get(error.name) ?? 0) + 1);
      await tenant.insist(tenantRoutes.retryJob, { params: { jobId } });
    }
  };
  const protect = async (type: 'backup' | 'snapshot', instance: SimInstance): Promise<void> => {
    await work(run, instance, run.random.below(5));
    const then = contents(run, instance);
    const ids = [instance.instanceId];
    const job = await complete(type, () => (type === 'backup' ? startBackup(tenant, ids) : startSnapshot(tenant, ids)));
    const recoveryPointId = job.instances?.[0]?.recoveryPointId;
    assert.ok(recoveryPointId, `${job.jobId} completed without a recovery point`);
    promised.push({ recoveryPointId, then });
  };
  const restore = async ({ recoveryPointId, then }: Promised, kind: 'volumes' | 'new-instance'): Promise<void> => {
    const job = await complete('restore', () => startRestore(tenant, recoveryPointId, { kind }));
    identical(run, job, then);
    tally.compared += 1;
  };

  return {
    tenant,
    jobIds,
    async live(jobs: number): Promise<void> {
      const instance = await launch(run, tenant, 1 + run.random.below(2));
      await protect('backup', instance);
      for (let job = 1; job < jobs; job++) {
        const type = run.random.pick(['backup', 'backup', 'backup', 'snapshot', 'backup-copy', 'restore'] as const);
        if (type === 'restore') await restore(run.random.pick(promised), run.random.pick(['volumes', 'new-instance']));
        else if (type === 'backup-copy') await complete(type, () => startCopy(tenant, [instance.instanceId]));
        else await protect(type, instance);
      }
    },
    /** Nothing that was promised is lost, nothing is there twice; and the oldest and the newest are what they were. */
    async inspect(): Promise<void> {
      const ids = new Set<string>();
      const copies: string[] = [];
      const jobs = new Set<string>();
      for (let next: string | undefined, first = true; first || next; first = false) {
        const query = { limit: 100, ...(next === undefined ? {} : { next }) };
        const page = await tenant.api.call(tenantRoutes.listRecoveryPoints, { query });
        for (const { recoveryPointId, state, copiedTo } of page.items) {
          if (state === 'available') ids.add(recoveryPointId);
          if (copiedTo !== undefined) copies.push(copiedTo);
        }
        next = page.next;
      }
      for (let next: string | undefined, first = true; first || next; first = false) {
        const query = { limit: 100, ...(next === undefined ? {} : { next }) };
        const page = await tenant.api.call(tenantRoutes.listJobs, { query });
        for (const { jobId } of page.items) jobs.add(jobId);
        next = page.next;
      }
      for (const { recoveryPointId } of promised)
        assert.ok(ids.has(recoveryPointId), `${tenant.name} has lost ${recoveryPointId}`);
      const wanted = [...promised.map(({ recoveryPointId }) => recoveryPointId), ...copies];
      assert.deepEqual([...ids].sort(), wanted.sort(), `${tenant.name} has points that nobody asked for, or one twice`);
      assert.deepEqual([...jobs].sort(), [...jobIds].sort(), `${tenant.name} has jobs that nobody asked for`);
      for (const point of new Set([promised[0], promised.at(-1)])) if (point) await restore(point, 'volumes');
    },
  };
};
