import type { JobId, RecoveryPointId } from '../../contracts/ids.ts';
import type { AttemptRef, StartCopyOutput } from '../../contracts/steps.ts';
import { derivedId } from '../../domain/derived-id.ts';
import { isOpen, type Job } from '../../domain/job.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Executions, Sha256 } from '../../ports/control.ts';
import { beginJob } from '../api/start-job.ts';
import { isToBeCopied } from '../copy/points-to-copy.ts';
import { openTenant } from '../tenant-of-job.ts';

interface Deps {
  readonly catalog: Catalog;
  readonly executions: Executions;
  readonly clock: Clock;
  readonly sha256: Sha256;
}

const copyJobId = (sha256: Sha256, jobId: JobId, attempt: number): JobId =>
  derivedId(sha256, 'job', jobId, attempt, 'copy');

/** What the copies that earlier attempts have started will still come to. */
const copiedByEarlierAttempts = async (
  catalog: Catalog,
  sha256: Sha256,
  { jobId, tenantId }: Job,
  before: number,
): Promise<ReadonlySet<RecoveryPointId>> => {
  const ids = new Set<RecoveryPointId>();
  for (let attempt = before - 1; attempt >= 1; attempt -= 1) {
    const copy = await catalog.jobs.get(tenantId, copyJobId(sha256, jobId, attempt));
    if (copy?.request.type !== 'backup-copy' || !(isOpen(copy.state) || copy.state === 'suspended')) continue;
    for (const id of copy.request.recoveryPointIds) ids.add(id);
  }
  return ids;
};

/**
 * Starts the backup copy of what a snapshot job has committed, in this attempt or an earlier one, and what is not copied
 * yet: a job of its own, whose id follows from this attempt's, so that it is started once. Null where there is nothing.
 */
export const createStartCopy =
  ({ catalog, executions, clock, sha256 }: Deps) =>
  async ({ jobId, attempt, tenantId }: AttemptRef): Promise<StartCopyOutput> => {
    const { job, tenant } = await openTenant(catalog, tenantId, jobId);
    const copyId = copyJobId(sha256, jobId, attempt);
    const begin = async (): Promise<StartCopyOutput> => {
      const there = await catalog.jobs.get(tenantId, copyId);
      if (there?.state === 'queued' && there.executionArn === undefined) {
        await beginJob({ catalog, executions, clock }, tenant, there);
      }
      return { copyJobId: copyId };
    };
    // Run again after its answer was lost: what is copied by now is what was started.
    if (await catalog.jobs.get(tenantId, copyId)) return begin();
    const recoveryPointIds: string[] = [];
    const underWay = await copiedByEarlierAttempts(catalog, sha256, job, attempt);
    for (const { recoveryPointId } of await catalog.jobs.instances(jobId)) {
      const point = recoveryPointId && (await catalog.points.get(tenantId, recoveryPointId));
      if (!point || underWay.has(recoveryPointId)) continue;
      if (await isToBeCopied(catalog, point)) recoveryPointIds.push(recoveryPointId);
    }
    if (recoveryPointIds.length === 0) return { copyJobId: null };

    const { queueDeadlineSeconds, purpose, transport, streams, planId, verify, deadlineMs } = job.request;
    const now = clock.now();
    const copy: Job = {
      jobId: copyId,
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
        ...(verify === undefined ? {} : { verify }),
        // As much time as the snapshots had.
        ...(deadlineMs === undefined ? {} : { deadlineMs, deadlineAt: now + deadlineMs }),
      },
      trigger: 'job',
      requestedBy: job.requestedBy,
      createdAt: now,
    };
    await catalog.jobs.add(copy);
    return begin();
  };
