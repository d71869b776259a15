import type { InstanceRef } from '../../contracts/steps.ts';
import { isOpen, type Job, type JobInstance } from '../../domain/job.ts';
import type { Catalog } from '../../ports/catalog.ts';

/**
 * Says of a job that it waits, once as many of its instances as may be worked on at a time wait for an access node. A node
 * that claims an order notes that on the instance first and on the job then; here it is the job first: whichever comes
 * second sees the other's note, and a job that is being worked on is never left as `waiting`.
 */
export const markWaiting = async (
  catalog: Catalog,
  { jobId, tenantId }: Pick<InstanceRef, 'jobId' | 'tenantId'>,
): Promise<void> => {
  const job = await catalog.jobs.get(tenantId, jobId);
  if (!job || !isOpen(job.state) || !waits(job, await catalog.jobs.instances(jobId))) return;
  if (!(await catalog.jobs.update(tenantId, jobId, { state: 'waiting' }, ['running']))) return;
  if (!waits(job, await catalog.jobs.instances(jobId)))
    await catalog.jobs.update(tenantId, jobId, { state: 'running' }, ['waiting']);
};

const ENDED: readonly JobInstance['phase'][] = ['done', 'failed', 'cancelled', 'suspended'];

/** Instances that have not begun are not in the way: no more than `streams` are worked on at a time. */
const waits = ({ request }: Job, instances: readonly JobInstance[]): boolean => {
  const left = instances.filter(({ phase }) => !ENDED.includes(phase));
  const waiting = left.filter(({ phase }) => phase === 'waiting for an access node').length;
  return waiting > 0 && waiting >= Math.min(request.streams, left.length);
};
