import { noCounters } from '../../contracts/orders.ts';
import type { AttemptRef, OpenJobOutput } from '../../contracts/steps.ts';
import type { JobInstance, JobTerms } from '../../domain/job.ts';
import { workKeys } from '../../domain/work-keys.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock } from '../../ports/clock.ts';
import type { WorkArea } from '../../ports/control.ts';
import type { SelectedInstance } from './select-instances.ts';

interface Deps {
  readonly catalog: Catalog;
  readonly work: WorkArea;
  readonly clock: Clock;
}

/**
 * The instances of an attempt, in the list that its Map reads. The first attempt decides which they are and keeps a record
 * of each; a later one takes those that are not done. What is selected is kept even if the account changes meanwhile.
 */
export const listInstances = async (
  { catalog, work, clock }: Deps,
  { jobId, attempt, tenantId }: AttemptRef,
  { streams }: Pick<JobTerms, 'streams'>,
  select: () => Promise<readonly SelectedInstance[]>,
): Promise<Omit<OpenJobOutput, 'copyAtOnce'>> => {
  const isSelected = await earlierAttemptListed(work, jobId, attempt);
  for (const instance of isSelected ? [] : await select()) {
    await catalog.jobs.addInstance({
      jobId,
      tenantId,
      ...instance,
      phase: 'waiting',
      phaseSince: clock.now(),
      counters: noCounters,
    });
  }
  const open = (await catalog.jobs.instances(jobId)).filter(({ phase }) => phase !== 'done');
  if (attempt > 1) {
    for (const { instanceId } of open.filter(isUsed)) await catalog.jobs.resetInstance(jobId, instanceId, clock.now());
  }
  const keys = workKeys(jobId, attempt);
  await work.putJson(
    keys.instances,
    open.map(({ instanceId }) => ({ instanceId })),
  );
  return { workBucket: work.bucket, instancesKey: keys.instances, resultsPrefix: keys.mapResults, streams };
};

/** The list is written once all records are there: half a selection is never taken for the whole. */
const earlierAttemptListed = async (work: WorkArea, jobId: string, attempt: number): Promise<boolean> => {
  for (let earlier = attempt - 1; earlier >= 1; earlier -= 1) {
    if ((await work.getJson(workKeys(jobId, earlier).instances)) !== undefined) return true;
  }
  return false;
};

const isUsed = ({ phase, recoveryPointId, error }: JobInstance): boolean =>
  phase !== 'waiting' || recoveryPointId !== undefined || error !== undefined;
