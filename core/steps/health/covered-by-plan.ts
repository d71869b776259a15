import { dueAtOrBefore, type Window } from '../../domain/objective.ts';
import type { Plan } from '../../domain/plan.ts';
import type { PlanSchedule } from '../../domain/plan-schedules.ts';
import type { PlanCoverage } from '../../domain/protection.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Sha256 } from '../../ports/control.ts';
import { scheduledJobId } from '../schedule/start-scheduled-job.ts';

export interface CoverageDeps {
  readonly catalog: Pick<Catalog, 'jobs'>;
  readonly sha256: Sha256;
}

/** Times of the schedule that are looked back through for a job that came so far as to say what it protects. */
const LOOKED_BACK = 10;

/**
 * What the plan's newest job that came so far has found to protect, from the window's time back. Undefined: none of them
 * came so far. The tenant's account is not asked.
 */
export const coveredByPlan = async (
  { catalog: { jobs }, sha256 }: CoverageDeps,
  { hypervisorId: tenantId, planId, createdAt }: Plan,
  schedule: PlanSchedule,
  window: Window,
): Promise<PlanCoverage | undefined> => {
  let dueAt: number | undefined = window.dueAt;
  for (let looked = 0; dueAt !== undefined && dueAt >= createdAt && looked < LOOKED_BACK; looked += 1) {
    const job = await jobs.get(tenantId, scheduledJobId(sha256, planId, 'backup', dueAt));
    const instances = job ? await jobs.instances(job.jobId) : [];
    // One that is completed and has none protects none: whatever it protected before is not asked for any more.
    if (instances.length > 0 || job?.state === 'completed')
      return { dueAt, instanceIds: new Set(instances.map(({ instanceId }) => instanceId)) };
    dueAt = dueAtOrBefore(schedule, dueAt - 1);
  }
  return undefined;
};
