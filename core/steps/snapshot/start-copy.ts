import type { AttemptRef, StartCopyOutput } from '../../contracts/steps.ts';
import { derivedId } from '../../domain/derived-id.ts';
import type { Job } from '../../domain/job.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Executions, Sha256 } from '../../ports/control.ts';
import { beginJob } from '../api/start-job.ts';
import { openTenant } from '../tenant-of-job.ts';

interface Deps {
  readonly catalog: Catalog;
  readonly executions: Executions;
  readonly clock: Clock;
  readonly sha256: Sha256;
}

/**
 * Starts the backup copy of what this attempt of a snapshot job has committed: a job of its own, whose id follows from
 * this one's, so that it is started once. Null where nothing was committed.
 */
export const createStartCopy =
  ({ catalog, executions, clock, sha256 }: Deps) =>
  async ({ jobId, attempt, tenantId }: AttemptRef): Promise<StartCopyOutput> => {
    const { job, tenant } = await openTenant(catalog, tenantId, jobId);
    const recoveryPointIds: string[] = [];
    for (const { recoveryPointId } of await catalog.jobs.instances(jobId)) {
      const point = recoveryPointId && (await catalog.points.get(tenantId, recoveryPointId));
      if (point && point.attempt === attempt && point.state === 'available') recoveryPointIds.push(recoveryPointId);
    }
    if (recoveryPointIds.length === 0) return { copyJobId: null };

    const { queueDeadlineSeconds, purpose, transport, streams, planId, deadlineMs } = job.request;
    const now = clock.now();
    const copy: Job = {
      jobId: derivedId(sha256, 'job', jobId, attempt, 'copy'),
      tenantId,
      type: 'backup-copy',
      state: 'queued',
      attempt: 1,
      request: {
        type: 'backup-copy',
        instanceIds: [],
        groupIds: [],
        recoveryPointIds,
        queueDeadlineSeconds,
        purpose,
        transport,
        streams,
        ...(planId === undefined ? {} : { planId }),
        // As much time as the snapshots had.
        ...(deadlineMs === undefined ? {} : { deadlineMs, deadlineAt: now + deadlineMs }),
      },
      trigger: 'job',
      requestedBy: job.requestedBy,
      createdAt: now,
    };
    await catalog.jobs.add(copy);
    const there = await catalog.jobs.get(tenantId, copy.jobId);
    if (there?.state === 'queued' && there.executionArn === undefined) {
      await beginJob({ catalog, executions, clock }, tenant, there);
    }
    return { copyJobId: copy.jobId };
  };
