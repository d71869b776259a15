import type { HypervisorId, PlanId } from '../../contracts/ids.ts';
import { windowOf } from '../../domain/objective.ts';
import type { Plan } from '../../domain/plan.ts';
import { schedulesOf } from '../../domain/plan-schedules.ts';
import type { PlanNow } from '../../domain/protection.ts';
import { nextDue } from '../../domain/schedule-times.ts';
import type { Catalog } from '../../ports/catalog.ts';
import { allItems } from '../../ports/every-item.ts';
import { inParallel } from '../../ports/in-parallel.ts';
import { type CoverageDeps, coveredByPlan } from '../health/covered-by-plan.ts';

export interface PlansNowDeps extends Pick<CoverageDeps, 'sha256'> {
  readonly catalog: CoverageDeps['catalog'] & Pick<Catalog, 'plans'>;
}

const PLANS_AT_ONCE = 8;

const planNow = async (deps: PlansNowDeps, plan: Plan, now: number): Promise<PlanNow> => {
  const schedule = schedulesOf(plan).find(({ action }) => action === 'backup');
  if (!schedule?.enabled) return { plan, runs: false };
  const window = windowOf(schedule, now);
  const nextRunAt = nextDue(schedule.schedule, now, schedule.anchor);
  const coverage = window && (await coveredByPlan(deps, plan, schedule, window));
  return {
    ...{ plan, runs: true },
    ...(window ? { window } : {}),
    ...(nextRunAt === undefined ? {} : { nextRunAt }),
    ...(coverage ? { coverage } : {}),
  };
};

/** All plans of a tenant as they are `now` (ms since 1970). The tenant's account is not asked. */
export const plansNow = async (
  deps: PlansNowDeps,
  tenantId: HypervisorId,
  now: number,
): Promise<ReadonlyMap<PlanId, PlanNow>> => {
  const plans = await allItems((page) => deps.catalog.plans.list(tenantId, page));
  const found = await inParallel(plans, PLANS_AT_ONCE, (plan) => planNow(deps, plan, now));
  return new Map(found.map((each) => [each.plan.planId, each]));
};
