import type { PlanId } from '../../contracts/ids.ts';
import type { TenantHypervisor } from '../../domain/hypervisor.ts';
import { planView } from '../../domain/plan-views.ts';
import type { Audience } from '../../domain/problems.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock } from '../../ports/clock.ts';
import type { PageRequest } from '../../ports/page.ts';
import { notFound } from './not-found.ts';

interface Deps {
  readonly catalog: Pick<Catalog, 'plans'>;
  readonly clock: Clock;
}

/** Errors: NotFound. */
export const createGetPlan =
  ({ catalog, clock }: Deps) =>
  async (tenant: TenantHypervisor, audience: Audience, planId: PlanId) => {
    const plan = await catalog.plans.get(tenant.hypervisorId, planId);
    if (!plan) throw notFound('plan', 'planId');
    return planView(plan, audience, clock.now());
  };

export const createListPlans =
  ({ catalog, clock }: Deps) =>
  async (tenant: TenantHypervisor, audience: Audience, page: PageRequest) => {
    const { items, next } = await catalog.plans.list(tenant.hypervisorId, page);
    return { items: items.map((plan) => planView(plan, audience, clock.now())), ...(next ? { next } : {}) };
  };
