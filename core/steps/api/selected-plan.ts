import type { PlanId, VmGroupId } from '../../contracts/ids.ts';
import type { TenantHypervisor } from '../../domain/hypervisor.ts';
import type { Selection } from '../../domain/job.ts';
import type { Plan } from '../../domain/plan.ts';
import type { Catalog } from '../../ports/catalog.ts';
import { notFound } from './not-found.ts';

interface Asked {
  readonly instanceIds: readonly string[];
  readonly groupIds: readonly VmGroupId[];
  readonly planId?: PlanId | undefined;
}

/** A request's groups and plan, which must be this tenant's. What they match is seen when the job opens. Errors: NotFound. */
export const openSelection = async (
  { vmGroups, plans }: Pick<Catalog, 'vmGroups' | 'plans'>,
  tenant: TenantHypervisor,
  { instanceIds, groupIds, planId }: Asked,
): Promise<{ readonly plan: Plan | undefined; readonly selection: Selection }> => {
  const unique = [...new Set(groupIds)];
  const groups = await Promise.all(unique.map((groupId) => vmGroups.get(tenant.hypervisorId, groupId)));
  if (groups.includes(undefined)) throw notFound('VM group', 'groupIds');
  const plan = planId && (await plans.get(tenant.hypervisorId, planId));
  if (planId && !plan) throw notFound('plan', 'planId');
  return { plan: plan || undefined, selection: { instanceIds: [...new Set(instanceIds)], groupIds: unique } };
};
