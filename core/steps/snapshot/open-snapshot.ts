import type { JobInput, OpenJobOutput } from '../../contracts/steps.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock } from '../../ports/clock.ts';
import type { WorkArea } from '../../ports/control.ts';
import type { TenantScopes } from '../../ports/tenant-scope.ts';
import { admitJob } from '../backup/admit-job.ts';
import { listInstances } from '../backup/list-instances.ts';
import { selectInstances } from '../backup/select-instances.ts';

interface Deps {
  readonly catalog: Catalog;
  readonly scopes: TenantScopes;
  readonly work: WorkArea;
  readonly clock: Clock;
}

/** Checks that the snapshot job may run, decides which instances it is of, and writes the list that the Map reads. */
export const createOpenSnapshot =
  (deps: Deps) =>
  async ({ jobId, attempt, tenantId }: JobInput): Promise<OpenJobOutput> => {
    const ref = { jobId, attempt, tenantId };
    const { job, request, tenant } = await admitJob(deps.catalog, deps.clock, ref, 'snapshot');
    const list = await listInstances(deps, ref, request, () => selectInstances(deps, job, tenant, request));
    return { ...list, copyAtOnce: request.copyAtOnce };
  };
