import type { StartRestore } from '../../contracts/api.ts';
import type { TenantHypervisor } from '../../domain/hypervisor.ts';
import { jobTerms } from '../../domain/job-terms.ts';
import { checkResources } from './check-resources.ts';
import { decideForTenant } from './decide-restore.ts';
import type { Asked } from './idempotency.ts';
import { type StartJobDeps, startJob } from './start-job.ts';

/**
 * The place that is restored from, and whether volume tags are restored, are decided now and kept with the job.
 * Errors: TenantNotBound, RuleViolated, NotAvailable, NotFound, RecoveryPointUnavailable, InvalidRequest, Conflict,
 * TransientFailure.
 */
export const createStartRestore =
  (deps: StartJobDeps) => async (tenant: TenantHypervisor, asked: Asked, body: StartRestore) => {
    await checkResources(deps.catalog, tenant, body);
    const { point, volumeTags } = await decideForTenant(deps.catalog, tenant.hypervisorId, body);
    const { purpose, transport, target, kmsKeyId } = body;
    return startJob(
      deps,
      tenant,
      asked,
      {
        type: 'restore',
        ...jobTerms(undefined, deps.clock.now(), body.queueDeadlineSeconds),
        purpose,
        transport,
        recoveryPointId: point.recoveryPointId,
        target,
        volumeTags,
        ...(kmsKeyId === undefined ? {} : { kmsKeyId }),
      },
      body,
    );
  };
