import type { HypervisorId } from '../../contracts/ids.ts';
import type { Job } from '../../domain/job.ts';
import type { Catalog } from '../../ports/catalog.ts';

/** An open job of a tenant that `is` holds of; undefined if there is none. */
export const openJobOf = async (
  jobs: Pick<Catalog['jobs'], 'openOf'>,
  tenantId: HypervisorId,
  is: (job: Job) => boolean,
): Promise<Job | undefined> => (await jobs.openOf(tenantId)).find(is);
