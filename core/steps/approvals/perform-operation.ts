import type { ProtectedOperation } from '../../contracts/approvals.ts';
import { SetProtection } from '../../contracts/approvals.ts';
import { BindHypervisor } from '../../contracts/hypervisor-requests.ts';
import type { ApprovalId } from '../../contracts/ids.ts';
import { StartLibraryRun } from '../../contracts/library-runs.ts';
import { PlanFields } from '../../contracts/plans.ts';
import type { AskedRequest } from '../../domain/approval.ts';
import type { TenantHypervisor } from '../../domain/hypervisor.ts';
import type { Audience } from '../../domain/problems.ts';
import type { RecoveryPoint } from '../../domain/recovery-point.ts';
import type { PlanDeps } from '../api/add-plan.ts';
import { createBindHypervisor } from '../api/bind-hypervisor.ts';
import { createDeleteRecoveryPoint } from '../api/delete-recovery-point.ts';
import { createReleaseRecoveryPoint } from '../api/legal-hold.ts';
import { createRemoveHypervisor, type RemoveHypervisorDeps } from '../api/remove-hypervisor.ts';
import { createRemovePlan } from '../api/remove-plan.ts';
import { createReplacePlan } from '../api/replace-plan.ts';
import { createSetProtection } from '../api/set-protection.ts';
import { createStartLibraryRun, type StartLibraryRunDeps } from '../api/start-library-run.ts';
import { createUnbindHypervisor } from '../api/unbind-hypervisor.ts';
import type { RetentionDeps } from '../jobs/run-retention.ts';

export interface PerformDeps extends PlanDeps, RetentionDeps, RemoveHypervisorDeps, StartLibraryRunDeps {
  readonly catalog: PlanDeps['catalog'] &
    RetentionDeps['catalog'] &
    RemoveHypervisorDeps['catalog'] &
    StartLibraryRunDeps['catalog'];
  readonly executions: RemoveHypervisorDeps['executions'];
}

/** In the name of who asked for it; each by the very use case that its route has. */
export type Perform = (
  tenant: TenantHypervisor,
  audience: Audience,
  request: Pick<AskedRequest, 'requestedBy' | 'params' | 'query' | 'body'> & { readonly approvalId: ApprovalId },
  /** What it changes, as it was when it was asked for. */
  basis?: unknown,
) => Promise<unknown>;

/** A retention run is bound to what it was to remove: approved-removal.ts. */
type Performed = Exclude<ProtectedOperation, 'run-retention'>;

export const createPerformers = (deps: PerformDeps): Readonly<Record<Performed, Perform>> => {
  const deletePoint = createDeleteRecoveryPoint(deps);
  const replacePlan = createReplacePlan(deps);
  const removePlan = createRemovePlan(deps);
  const release = createReleaseRecoveryPoint(deps);
  const bind = createBindHypervisor(deps);
  const startLibraryRun = createStartLibraryRun(deps);
  const unbind = createUnbindHypervisor(deps);
  const removeHypervisor = createRemoveHypervisor(deps);
  const setProtection = createSetProtection(deps);
  return {
    'delete-recovery-point': (tenant, audience, { requestedBy, params, query }) =>
      deletePoint(tenant, audience, requestedBy, params.recoveryPointId ?? '', query.evenNewest === 'true'),
    'shorten-retention': (tenant, audience, { params, body }) =>
      replacePlan(tenant, audience, params.planId ?? '', PlanFields.parse(body)),
    'remove-plan': (tenant, audience, { params }) => removePlan(tenant, audience, params.planId ?? ''),
    'release-legal-hold': (tenant, audience, { params }, hold) =>
      release(tenant, audience, params.recoveryPointId ?? '', hold as RecoveryPoint['legalHold']),
    unbind: ({ hypervisorId }, _, { query }) => unbind(hypervisorId, query.leavePoints === 'true'),
    rebind: ({ hypervisorId }, _, { body }) => bind(hypervisorId, BindHypervisor.parse(body)),
    // one run an approval, however often it is begun
    'change-library': (tenant, _, { requestedBy, approvalId, body }) =>
      startLibraryRun(tenant, { requestedBy, idempotencyKey: approvalId }, StartLibraryRun.parse(body)),
    'remove-hypervisor': ({ hypervisorId }) => removeHypervisor(hypervisorId),
    'switch-off-approvals': ({ hypervisorId }, _, { body }) => setProtection(hypervisorId, SetProtection.parse(body)),
  };
};
