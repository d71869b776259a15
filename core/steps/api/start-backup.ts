import type { StartBackup } from '../../contracts/api.ts';
import type { TenantHypervisor } from '../../domain/hypervisor.ts';
import { boundService } from './bound-service.ts';
import { refuseWithoutAccessNodes } from './service-readiness.ts';
import { type StartJobDeps, startJob } from './start-job.ts';

/** Errors: TenantNotBound, Conflict (the service hypervisor has no access nodes), TransientFailure. */
export const createStartBackup =
  (deps: StartJobDeps) => async (tenant: TenantHypervisor, requestedBy: string, body: StartBackup) => {
    refuseWithoutAccessNodes(await boundService(deps.catalog, tenant));
    const { level, queueDeadlineSeconds } = body;
    const instanceIds = [...new Set(body.instanceIds)];
    return startJob(deps, {
      type: 'backup',
      tenantId: tenant.hypervisorId,
      request: { instanceIds, level, queueDeadlineSeconds },
      requestedBy,
    });
  };
