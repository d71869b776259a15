import type { JobView } from '../../contracts/api.ts';
import type { JobId } from '../../contracts/ids.ts';
import { costOf } from '../../domain/cost.ts';
import type { TenantHypervisor } from '../../domain/hypervisor.ts';
import { isTerminal, type Job } from '../../domain/job.ts';
import type { Audience } from '../../domain/problems.ts';
import { jobView } from '../../domain/views.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock } from '../../ports/clock.ts';
import { callsOfJob } from '../usage/calls-of-job.ts';
import { notFound } from './not-found.ts';

export interface GetJobDeps {
  readonly catalog: Pick<Catalog, 'jobs' | 'usage'>;
  readonly clock: Clock;
}

/** Read of one that is over only: one that runs is looked at again and again. */
const billed = async (usage: Catalog['usage'], job: Job): Promise<JobView['billed']> => {
  const calls = await callsOfJob(usage, job);
  return { calls, nanoUsd: costOf(calls, 0).total };
};

/**
 * One job of this tenant with its instances and their progress; to operators of one that has ended also what its orders
 * have called. Errors: NotFound.
 */
export const createGetJob =
  ({ catalog, clock }: GetJobDeps) =>
  async (tenant: TenantHypervisor, audience: Audience, jobId: JobId): Promise<JobView> => {
    const job = await catalog.jobs.get(tenant.hypervisorId, jobId);
    if (!job) throw notFound('job', 'jobId');
    const view = jobView(job, await catalog.jobs.instances(jobId), audience, clock.now());
    return audience.kind === 'operator' && isTerminal(job.state)
      ? { ...view, billed: await billed(catalog.usage, job) }
      : view;
  };
