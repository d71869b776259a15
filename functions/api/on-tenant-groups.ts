import type { OnTenantRoutes } from '../../core/contracts/api.ts';
import { createAddPlan } from '../../core/steps/api/add-plan.ts';
import { createAddVmGroup } from '../../core/steps/api/add-vm-group.ts';
import { createPreviewRules, createPreviewVmGroup } from '../../core/steps/api/preview-vm-group.ts';
import { createGetPlan, createListPlans } from '../../core/steps/api/read-plans.ts';
import { createGetVmGroup, createListVmGroups } from '../../core/steps/api/read-vm-groups.ts';
import { createRemovePlan } from '../../core/steps/api/remove-plan.ts';
import { createRemoveVmGroup } from '../../core/steps/api/remove-vm-group.ts';
import { createReplacePlan } from '../../core/steps/api/replace-plan.ts';
import { createReplaceVmGroup } from '../../core/steps/api/replace-vm-group.ts';
import { type Endpoint, endpoint } from './endpoint.ts';
import { guardOnTenant } from './guarded.ts';
import { askedOf, type OnTenant, type OnTenantDeps, pageOf } from './on-tenant-context.ts';

/** VM groups and plans: what is protected, when and how. */
export const groupEndpoints = (routes: OnTenantRoutes, deps: OnTenantDeps): readonly Endpoint<OnTenant>[] => {
  const addVmGroup = createAddVmGroup(deps);
  const listVmGroups = createListVmGroups(deps);
  const previewRules = createPreviewRules(deps);
  const getVmGroup = createGetVmGroup(deps);
  const previewVmGroup = createPreviewVmGroup(deps);
  const replaceVmGroup = createReplaceVmGroup(deps);
  const removeVmGroup = createRemoveVmGroup(deps);
  const addPlan = createAddPlan(deps);
  const listPlans = createListPlans(deps);
  const getPlan = createGetPlan(deps);
  const replacePlan = createReplacePlan(deps);
  const removePlan = createRemovePlan(deps);
  const guard = guardOnTenant(deps);
  return [
    endpoint(routes.addVmGroup, (on: OnTenant, request) => addVmGroup(on.tenant, askedOf(on, request), request.body)),
    endpoint(routes.listVmGroups, ({ tenant }: OnTenant, { query }) =>
      listVmGroups(tenant.hypervisorId, pageOf(query)),
    ),
    endpoint(routes.previewRules, ({ tenant }: OnTenant, { body }) => previewRules(tenant, body)),
    endpoint(routes.getVmGroup, ({ tenant }: OnTenant, { params }) => getVmGroup(tenant.hypervisorId, params.groupId)),
    endpoint(routes.previewVmGroup, ({ tenant }: OnTenant, { params }) => previewVmGroup(tenant, params.groupId)),
    endpoint(routes.replaceVmGroup, ({ tenant }: OnTenant, { params, query, body }) =>
      replaceVmGroup(tenant, params.groupId, body, query),
    ),
    endpoint(routes.removeVmGroup, ({ tenant }: OnTenant, { params }) => removeVmGroup(tenant, params.groupId)),
    endpoint(routes.addPlan, (on: OnTenant, request) =>
      addPlan(on.tenant, on.audience, askedOf(on, request), request.body),
    ),
    endpoint(routes.listPlans, ({ tenant, audience }: OnTenant, { query }) =>
      listPlans(tenant, audience, pageOf(query)),
    ),
    endpoint(routes.getPlan, ({ tenant, audience }: OnTenant, { params }) => getPlan(tenant, audience, params.planId)),
    guard(
      'shorten-retention',
      endpoint(routes.replacePlan, ({ tenant, audience }: OnTenant, { params, query, body }) =>
        replacePlan(tenant, audience, params.planId, body, query),
      ),
    ),
    guard(
      'remove-plan',
      endpoint(routes.removePlan, ({ tenant, audience }: OnTenant, { params }) =>
        removePlan(tenant, audience, params.planId),
      ),
    ),
  ];
};
