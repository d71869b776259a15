import { StartRestore } from '../../contracts/api.ts';
import type { TenantHypervisor } from '../../domain/hypervisor.ts';
import { jobTerms } from '../../domain/job-terms.ts';
import type { TenantScopes } from '../../ports/tenant-scope.ts';
import { checkResources } from './check-resources.ts';
import { decideForTenant, lookOnce, type RestoreBody } from './decide-restore.ts';
import type { Asked } from './idempotency.ts';
import { type StartJobDeps, startJob } from './start-job.ts';

interface Deps extends StartJobDeps {
  readonly scopes: TenantScopes;
}

/**
 * The place that is restored from, and whether volume tags are restored, are decided now and kept with the job.
 * Errors: TenantNotBound, RuleViolated, NotAvailable, NotFound, RecoveryPointUnavailable, InvalidRequest, Conflict,
 * TenantAccessLost, TransientFailure.
 */
export const createStartRestore = (deps: Deps) => async (tenant: TenantHypervisor, asked: Asked, body: RestoreBody) =>
  startJob(deps, tenant, asked, 'restore', body, async () => {
    const request = StartRestore.parse(body);
    await checkResources(deps.catalog, tenant, request);
    const { scopes, catalog } = deps;
    const { point, volumeTags, fromReason } = await decideForTenant(catalog, tenant, request, lookOnce(scopes, tenant));
    const { purpose, transport, target, kmsKeyId, from } = request;
    return {
      type: 'restore',
      ...jobTerms(undefined, deps.clock.now(), body.queueDeadlineSeconds),
      purpose,
      transport,
      recoveryPointId: point.recoveryPointId,
      target,
      volumeTags,
      asked: { from, ...(body.volumeTags === undefined ? {} : { volumeTags: body.volumeTags }) },
      ...(fromReason === undefined ? {} : { fromReason }),
      ...(kmsKeyId === undefined ? {} : { kmsKeyId }),
    };
  });
