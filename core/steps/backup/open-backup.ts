import { noCounters } from '../../contracts/orders.ts';
import type { AttemptRef, OpenBackupOutput } from '../../contracts/steps.ts';
import { JobCancelled, NotFound } from '../../domain/errors.ts';
import type { BackupRequest } from '../../domain/job.ts';
import { workKeys } from '../../domain/work-keys.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock } from '../../ports/clock.ts';
import type { WorkArea } from '../../ports/control.ts';
import { openTenant } from '../tenant-of-job.ts';

interface Deps {
  readonly catalog: Catalog;
  readonly work: WorkArea;
  readonly clock: Clock;
}

/** Checks that the job may run, opens a record for each instance, and writes the list that the Map reads. */
export const createOpenBackup =
  ({ catalog, work, clock }: Deps) =>
  async ({ jobId, attempt, tenantId }: AttemptRef): Promise<OpenBackupOutput> => {
    const { job } = await openTenant(catalog, tenantId, jobId);
    if (job.type !== 'backup') throw new NotFound(`${jobId} is not a backup`);
    const started = await catalog.jobs.update(tenantId, jobId, { state: 'running', startedAt: clock.now() }, [
      'queued',
      'running',
    ]);
    if (!started) throw new JobCancelled(`${jobId} was cancelled before it started`);

    const instanceIds = [...new Set((job.request as BackupRequest).instanceIds)];
    for (const instanceId of instanceIds) {
      await catalog.jobs.addInstance({
        jobId,
        tenantId,
        instanceId,
        phase: 'waiting',
        phaseSince: clock.now(),
        counters: noCounters,
      });
    }
    const keys = workKeys(jobId, attempt);
    await work.putJson(
      keys.instances,
      instanceIds.map((instanceId) => ({ instanceId })),
    );
    return { workBucket: work.bucket, instancesKey: keys.instances, resultsPrefix: keys.mapResults };
  };
