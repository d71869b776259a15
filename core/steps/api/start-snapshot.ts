import type { StartSnapshot } from '../../contracts/api.ts';
import type { TenantHypervisor } from '../../domain/hypervisor.ts';
import { jobTerms, planConsistency } from '../../domain/job-terms.ts';
import { checkResources } from './check-resources.ts';
import type { Asked } from './idempotency.ts';
import { refuseOwnRegion } from './refuse-own-region.ts';
import { openSelection } from './selected-plan.ts';
import { type StartJobDeps, startJob } from './start-job.ts';

/** What is not said is as the plan says. Errors: as of a backup, InvalidRequest (a copy into the tenant's own region). */
export const createStartSnapshot =
  (deps: StartJobDeps) => async (tenant: TenantHypervisor, asked: Asked, body: StartSnapshot) =>
    startJob(deps, tenant, asked, 'snapshot', body, async () => {
      refuseOwnRegion(tenant, body.copyToRegion);
      const { plan, selection } = await openSelection(deps.catalog, tenant, body);
      const terms = jobTerms(plan, deps.clock.now(), body.queueDeadlineSeconds);
      await checkResources(deps.catalog, tenant, terms);
      const copyToRegion = body.copyToRegion ?? plan?.copyToRegion;
      return {
        type: 'snapshot',
        ...terms,
        ...selection,
        consistency: body.consistency ?? planConsistency(plan),
        copyAtOnce: body.copyAtOnce ?? plan?.copy.when === 'at-once',
        ...(copyToRegion === undefined ? {} : { copyToRegion }),
      };
    });
