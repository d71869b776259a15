import type { HypervisorId } from '../../contracts/ids.ts';
import type { Job } from '../../domain/job.ts';
import type { Catalog } from '../../ports/catalog.ts';
import { everyItem } from '../../ports/every-item.ts';

/** An open job of a tenant that `is` holds of; undefined if there is none. */
export const openJobOf = async (
  jobs: Pick<Catalog['jobs'], 'open'>,
  tenantId: HypervisorId,
  is: (job: Job) => boolean,
): Promise<Job | undefined> => {
  for await (const job of everyItem((page) => jobs.open(page))) if (job.tenantId === tenantId && is(job)) return job;
  return undefined;
};
