import type { HypervisorId, PlanId } from '../../contracts/ids.ts';
import { PlanFields, type TenantPlanFields } from '../../contracts/plans.ts';
import { Conflict } from '../../domain/errors.ts';
import type { TenantHypervisor } from '../../domain/hypervisor.ts';
import type { Plan } from '../../domain/plan.ts';
import { planView } from '../../domain/plan-views.ts';
import type { Audience } from '../../domain/problems.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock, Ids } from '../../ports/clock.ts';
import type { Schedules, Sha256 } from '../../ports/control.ts';
import { putSchedules } from '../schedule/put-schedules.ts';
import { checkPlan } from './check-plan.ts';
import { type Asked, checkSameRequest, newId, requestHash } from './idempotency.ts';
import { livingPoints } from './out-of-reach-points.ts';
import { MOST_PLANS, refuseMoreThan } from './refuse-too-many.ts';

export interface PlanDeps {
  readonly catalog: Pick<Catalog, 'hypervisors' | 'vmGroups' | 'plans' | 'nodes' | 'jobs' | 'points'>;
  readonly schedules: Schedules;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly sha256: Sha256;
}

/** A tenant's request has no transport and no streams: they are the service side's business. */
export type PlanRequest = TenantPlanFields & Partial<Pick<PlanFields, 'transport' | 'streams'>>;

/**
 * The same key makes the same id: a plan could come in the place of one that was removed, and keep less of what that one
 * has promised to keep. Under two-person approval a changed plan asks for approval, and so must not be one that comes anew.
 */
const refuseSuccession = async (
  { points }: Pick<Catalog, 'points'>,
  hypervisorId: HypervisorId,
  planId: PlanId,
): Promise<void> => {
  for await (const point of livingPoints(points, hypervisorId)) {
    if (point.planId !== planId) continue;
    throw new Conflict('The Idempotency-Key was used before, for a plan that is removed and has recovery points.', {
      field: 'Idempotency-Key',
      remedy: 'Use a fresh key for each new request.',
    });
  }
};

/**
 * The record first, then its schedules: a schedule that fires without a plan starts nothing. If they cannot be made, the
 * record goes again. Errors: as of `checkPlan`; Conflict (another request under the same key, or too many plans), TransientFailure.
 */
export const createAddPlan = (deps: PlanDeps) => {
  const { catalog, schedules, clock, sha256 } = deps;
  return async (tenant: TenantHypervisor, audience: Audience, asked: Asked, body: PlanRequest) => {
    const fields = PlanFields.parse(body);
    const { hypervisorId } = tenant;
    const planId: PlanId = newId(deps, 'plan', hypervisorId, 'plans', asked);
    const hash = requestHash(sha256, asked, body);
    const now = clock.now();
    const plan: Plan = { ...fields, planId, hypervisorId, createdAt: now, updatedAt: now, ...hash };
    const answerAs = async (there: Plan | undefined) => {
      checkSameRequest(there, hash);
      if (there) await putSchedules(schedules, there);
      return planView(there ?? plan, audience, now);
    };
    const before = await catalog.plans.get(hypervisorId, planId);
    if (before) return answerAs(before);
    await checkPlan(catalog, tenant, fields);
    if (tenant.approvals) await refuseSuccession(catalog, hypervisorId, planId);
    const remedy = 'Remove plans that are not used any more, or use one plan for more VM groups.';
    await refuseMoreThan(MOST_PLANS, 'plans', (page) => catalog.plans.list(hypervisorId, page), remedy);
    if (!(await catalog.plans.add(plan))) return answerAs(await catalog.plans.get(hypervisorId, planId));
    try {
      await putSchedules(schedules, plan);
    } catch (error) {
      await catalog.plans.remove(hypervisorId, planId);
      throw error;
    }
    return planView(plan, audience, now);
  };
};
