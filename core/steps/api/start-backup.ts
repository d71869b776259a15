import type { StartBackup } from '../../contracts/api.ts';
import type { TenantHypervisor } from '../../domain/hypervisor.ts';
import { jobTerms, planConsistency } from '../../domain/job-terms.ts';
import { checkResources } from './check-resources.ts';
import type { Asked } from './idempotency.ts';
import { openSelection } from './selected-plan.ts';
import { type StartJobDeps, startJob } from './start-job.ts';

/** Errors: TenantNotBound, RuleViolated (O6 to O8), NotAvailable, NotFound (group, plan), Conflict, TransientFailure. */
export const createStartBackup =
  (deps: StartJobDeps) => async (tenant: TenantHypervisor, asked: Asked, body: StartBackup) =>
    startJob(deps, tenant, asked, 'backup', body, async () => {
      const { plan, selection } = await openSelection(deps.catalog, tenant, body);
      const terms = jobTerms(plan, deps.clock.now(), body.queueDeadlineSeconds, body.verify);
      await checkResources(deps.catalog, tenant, terms);
      return { type: 'backup', ...terms, ...selection, level: body.level, consistency: planConsistency(plan) };
    });
