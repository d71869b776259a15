import type { TenantHypervisor } from '../../domain/hypervisor.ts';
import type { Job } from '../../domain/job.ts';
import { dueAtOrBefore, type Objective, stateOf, type Window, windowOf } from '../../domain/objective.ts';
import type { Plan } from '../../domain/plan.ts';
import { type PlanSchedule, schedulesOf } from '../../domain/plan-schedules.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Sha256 } from '../../ports/control.ts';
import { allItems } from '../../ports/every-item.ts';
import { inParallel } from '../../ports/in-parallel.ts';
import { scheduledJobId } from '../schedule/start-scheduled-job.ts';
import { newestGoodPoint } from './newest-point.ts';

export interface ObjectivesDeps {
  readonly catalog: Pick<Catalog, 'plans' | 'jobs' | 'instances' | 'points'>;
  readonly sha256: Sha256;
}

/** Times of the schedule that are looked back through for a job that came so far as to say what it protects. */
const LOOKED_BACK = 10;
const POINTS_AT_ONCE = 16;

/**
 * What each instance's newest good point is held against, for all plans of a tenant that are at work. Which instances a
 * plan protects, its job of that time says: the tenant's account is not asked.
 */
export const objectivesOf = async (
  deps: ObjectivesDeps,
  tenant: TenantHypervisor,
  now: number,
): Promise<readonly Objective[]> => {
  const { catalog } = deps;
  const plans = await allItems((page) => catalog.plans.list(tenant.hypervisorId, page));
  const found: Objective[] = [];
  for (const plan of plans) {
    const schedule = schedulesOf(plan).find(({ action }) => action === 'backup');
    const window = schedule?.enabled ? windowOf(schedule, now) : undefined;
    if (schedule && window) found.push(...(await ofPlan(deps, plan, schedule, window, now)));
  }
  return found;
};

const ofPlan = async (
  { catalog, sha256 }: ObjectivesDeps,
  plan: Plan,
  schedule: PlanSchedule,
  window: Window,
  now: number,
): Promise<readonly Objective[]> => {
  const { hypervisorId: tenantId, planId, name: planName, updatedAt } = plan;
  const of = { tenantId, planId, planName, ...window };
  let due: number | undefined = window.dueAt;
  for (let looked = 0; due !== undefined && due >= plan.createdAt && looked < LOOKED_BACK; looked += 1) {
    const job: Job | undefined = await catalog.jobs.get(tenantId, scheduledJobId(sha256, planId, 'backup', due));
    const instances = job ? await catalog.jobs.instances(job.jobId) : [];
    if (instances.length > 0) {
      return inParallel(instances, POINTS_AT_ONCE, async ({ instanceId }): Promise<Objective> => {
        const newestAt = await newestGoodPoint(catalog, tenantId, instanceId);
        const state = stateOf(window, newestAt, now, updatedAt);
        return { ...of, instanceId, ...(newestAt === undefined ? {} : { newestAt }), state };
      });
    }
    // It protects none, and says so: whatever it protected before is not asked for any more.
    if (job?.state === 'completed') return [];
    due = dueAtOrBefore(schedule, due - 1);
  }
  return [{ ...of, state: stateOf(window, undefined, now, updatedAt) }];
};
