import type { ProtectedOperation } from '../../contracts/approvals.ts';
import { SetProtection } from '../../contracts/approvals.ts';
import { PlanFields } from '../../contracts/plans.ts';
import type { AskedRequest } from '../../domain/approval.ts';
import type { TenantHypervisor } from '../../domain/hypervisor.ts';
import type { Audience } from '../../domain/problems.ts';
import type { PlanDeps } from '../api/add-plan.ts';
import { createDeleteRecoveryPoint } from '../api/delete-recovery-point.ts';
import { createReleaseRecoveryPoint } from '../api/legal-hold.ts';
import { createRemoveHypervisor, type RemoveHypervisorDeps } from '../api/remove-hypervisor.ts';
import { createRemovePlan } from '../api/remove-plan.ts';
import { createReplacePlan } from '../api/replace-plan.ts';
import { createRunRetention } from '../api/retention.ts';
import { createSetProtection } from '../api/set-protection.ts';
import { createUnbindHypervisor } from '../api/unbind-hypervisor.ts';
import type { RetentionDeps } from '../jobs/run-retention.ts';

export interface PerformDeps extends PlanDeps, RetentionDeps, RemoveHypervisorDeps {
  readonly catalog: PlanDeps['catalog'] & RetentionDeps['catalog'] & RemoveHypervisorDeps['catalog'];
}

/** In the name of who asked for it; each by the very use case that its route has. */
export type Perform = (
  tenant: TenantHypervisor,
  audience: Audience,
  request: Pick<AskedRequest, 'requestedBy' | 'params' | 'query' | 'body'>,
) => Promise<unknown>;

export const createPerformers = (deps: PerformDeps): Readonly<Record<ProtectedOperation, Perform>> => {
  const deletePoint = createDeleteRecoveryPoint(deps);
  const runRetention = createRunRetention(deps);
  const replacePlan = createReplacePlan(deps);
  const removePlan = createRemovePlan(deps);
  const release = createReleaseRecoveryPoint(deps);
  const unbind = createUnbindHypervisor(deps);
  const removeHypervisor = createRemoveHypervisor(deps);
  const setProtection = createSetProtection(deps);
  return {
    'delete-recovery-point': (tenant, audience, { requestedBy, params, query }) =>
      deletePoint(tenant, audience, requestedBy, params.recoveryPointId ?? '', query.evenNewest === 'true'),
    'run-retention': (tenant, audience, { requestedBy, body }) =>
      runRetention(tenant, audience, requestedBy, (body as { readonly token: string }).token),
    'shorten-retention': (tenant, audience, { params, body }) =>
      replacePlan(tenant, audience, params.planId ?? '', PlanFields.parse(body)),
    'remove-plan': (tenant, audience, { params }) => removePlan(tenant, audience, params.planId ?? ''),
    'release-legal-hold': (tenant, audience, { params }) => release(tenant, audience, params.recoveryPointId ?? ''),
    unbind: ({ hypervisorId }, _, { query }) => unbind(hypervisorId, query.leavePoints === 'true'),
    'remove-hypervisor': ({ hypervisorId }) => removeHypervisor(hypervisorId),
    'switch-off-approvals': ({ hypervisorId }, _, { body }) => setProtection(hypervisorId, SetProtection.parse(body)),
  };
};
