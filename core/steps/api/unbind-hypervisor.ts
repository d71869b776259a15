import type { HypervisorView } from '../../contracts/api.ts';
import type { HypervisorId } from '../../contracts/ids.ts';
import { Conflict } from '../../domain/errors.ts';
import type { TenantHypervisor } from '../../domain/hypervisor.ts';
import { hypervisorView } from '../../domain/views.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock } from '../../ports/clock.ts';
import { bindingChanged, tenantToBind } from './bind-hypervisor.ts';
import { countAndNames, livingPoints } from './out-of-reach-points.ts';
import { refuseWhileJobsRun } from './unended-job.ts';
import { refuseFromVault } from './vault.ts';

interface Deps {
  readonly catalog: Pick<Catalog, 'hypervisors' | 'jobs' | 'points'>;
  readonly clock: Clock;
}

const refuseIfPointsStay = async ({ points }: Pick<Catalog, 'points'>, tenantId: HypervisorId): Promise<void> => {
  const left: string[] = [];
  for await (const { recoveryPointId } of livingPoints(points, tenantId)) left.push(recoveryPointId);
  if (left.length === 0) return;
  throw new Conflict(
    `Without a binding, recovery points of this tenant could not be restored until it is bound again: ${countAndNames(left)}.`,
    {
      field: 'leavePoints',
      remedy: `Bind it to another service hypervisor instead, or leave them: holdfast hypervisor unbind ${tenantId} --leave-points`,
    },
  );
};

/** Errors: Conflict (a job is not over, there are recovery points, or locked ones in a vault). */
export const refuseUnbinding = async (
  { catalog, clock }: Deps,
  tenant: TenantHypervisor,
  leavePoints: boolean,
): Promise<void> => {
  await refuseWhileJobsRun(catalog.jobs, tenant.hypervisorId, 'it cannot be unbound');
  await refuseFromVault(catalog, tenant, clock.now());
  if (!leavePoints) await refuseIfPointsStay(catalog, tenant.hypervisorId);
};

/**
 * A tenant without a binding has no access nodes: nothing is backed up or restored until it is bound again (every job
 * says so, TenantNotBound). Its recovery points stay where they are, and are restorable then: whoever unbinds says that
 * this is meant (`leavePoints`). Asked again, it changes nothing. Errors: NotFound, InvalidRequest (wrong kind), Conflict
 * (a job is not over, there are recovery points, or locked ones in a vault).
 */
export const createUnbindHypervisor =
  ({ catalog, clock }: Deps) =>
  async (tenantId: HypervisorId, leavePoints: boolean): Promise<HypervisorView> => {
    const tenant = await tenantToBind(catalog, tenantId);
    if (!tenant.binding) return hypervisorView(tenant);
    await refuseUnbinding({ catalog, clock }, tenant, leavePoints);
    if (!(await catalog.hypervisors.bind(tenantId, undefined, tenant.binding))) throw bindingChanged(tenantId);
    const { binding: _, ...unbound } = tenant;
    return hypervisorView(unbound);
  };
