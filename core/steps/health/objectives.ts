import type { TenantHypervisor } from '../../domain/hypervisor.ts';
import { type Objective, stateOf, type Window, windowOf } from '../../domain/objective.ts';
import type { Plan } from '../../domain/plan.ts';
import { type PlanSchedule, schedulesOf } from '../../domain/plan-schedules.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Sha256 } from '../../ports/control.ts';
import { allItems } from '../../ports/every-item.ts';
import { inParallel } from '../../ports/in-parallel.ts';
import { coveredByPlan } from './covered-by-plan.ts';
import { newestGoodPoint } from './newest-point.ts';

export interface ObjectivesDeps {
  readonly catalog: Pick<Catalog, 'plans' | 'jobs' | 'instances' | 'points'>;
  readonly sha256: Sha256;
}

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
  deps: ObjectivesDeps,
  plan: Plan,
  schedule: PlanSchedule,
  window: Window,
  now: number,
): Promise<readonly Objective[]> => {
  const { hypervisorId: tenantId, planId, name: planName, updatedAt } = plan;
  const of = { tenantId, planId, planName, ...window };
  const coverage = await coveredByPlan(deps, plan, schedule, window);
  if (!coverage) return [{ ...of, state: stateOf(window, undefined, now, updatedAt) }];
  return inParallel([...coverage.instanceIds], POINTS_AT_ONCE, async (instanceId): Promise<Objective> => {
    const newestAt = await newestGoodPoint(deps.catalog, tenantId, instanceId);
    const state = stateOf(window, newestAt, now, updatedAt);
    return { ...of, instanceId, ...(newestAt === undefined ? {} : { newestAt }), state };
  });
};
