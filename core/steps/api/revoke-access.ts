import type { HypervisorView } from '../../contracts/api.ts';
import type { HypervisorId, JobId } from '../../contracts/ids.ts';
import type { RevokeAccess, RevokedAccess } from '../../contracts/tenant-access.ts';
import { Conflict, TransientFailure } from '../../domain/errors.ts';
import { hypervisorView } from '../../domain/views.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Executions } from '../../ports/control.ts';
import type { CredentialCheck } from '../../ports/tenant-scope.ts';
import { tenantToBind } from './bind-hypervisor.ts';
import { createCancelJob } from './cancel-job.ts';
import { checkRoleAgain } from './check-identity.ts';
import { notFound } from './not-found.ts';

export interface RevokeAccessDeps {
  readonly catalog: Pick<Catalog, 'hypervisors' | 'jobs'>;
  readonly executions: Executions;
  readonly clock: Clock;
}

/** A tenant's 200 open jobs, some four calls each, within the half minute that an answer may take. */
const AT_ONCE = 10;

/**
 * From its record on no session in the tenant's account is made, and no node is given or left an order of its jobs; what is
 * open is cancelled. Only cleanups still reach it, to take back what cancelled jobs left (a guest that holds still, a volume
 * that is half replaced). Sessions that nodes hold end within the hour: the account's owner can end them at once (docs).
 * Asked again, it cancels what is still open. Errors: NotFound, InvalidRequest (no tenant), TransientFailure, naming the
 * jobs that are left.
 */
export const createRevokeAccess = (deps: RevokeAccessDeps) => {
  const { catalog, clock } = deps;
  const cancelJob = createCancelJob(deps);

  return async (by: string, tenantId: HypervisorId, { reason }: RevokeAccess): Promise<RevokedAccess> => {
    await tenantToBind(catalog, tenantId);
    // The record first: who begins a job looks at it once the job's record is there, so that one of the two sees the other.
    await catalog.hypervisors.setRevoked(tenantId, {
      at: clock.now(),
      by,
      ...(reason === undefined ? {} : { reason }),
    });
    const tenant = await tenantToBind(catalog, tenantId);
    if (!tenant.revoked) throw notFound('tenant hypervisor', 'hypervisorId');

    const open = await catalog.jobs.openOf(tenantId);
    const left: string[] = [];
    const cancel = async (jobId: JobId): Promise<void> => {
      try {
        await cancelJob(tenant, { kind: 'operator' }, jobId);
      } catch (error) {
        // it has ended meanwhile
        if (!(error instanceof Conflict)) left.push(`${jobId} (${error instanceof Error ? error.message : error})`);
      }
    };
    for (let at = 0; at < open.length; at += AT_ONCE)
      await Promise.all(open.slice(at, at + AT_ONCE).map(({ jobId }) => cancel(jobId)));
    if (left.length > 0)
      throw new TransientFailure(`The access is revoked, but not every job could be cancelled: ${left.join(', ')}.`, {
        remedy: 'Ask again: it cancels what is still open.',
      });
    return { ...hypervisorView(tenant), cancelledJobs: open.map(({ jobId }) => jobId) };
  };
};

interface RestoreAccessDeps {
  readonly catalog: Pick<Catalog, 'hypervisors'>;
  readonly credentials: CredentialCheck;
  readonly settings: { readonly controlPlaneAccountId: string };
}

/**
 * Jobs that were cancelled stay so; schedules go on, and what a schedule missed last is caught up with. Asked again, it
 * changes nothing. Errors: NotFound, InvalidRequest (no tenant), CredentialsRejected (its role cannot be assumed, or by
 * others, too), TransientFailure.
 */
export const createRestoreAccess =
  ({ catalog, credentials, settings }: RestoreAccessDeps) =>
  async (tenantId: HypervisorId): Promise<HypervisorView> => {
    const tenant = await tenantToBind(catalog, tenantId);
    if (!tenant.revoked) return hypervisorView(tenant);
    await checkRoleAgain(credentials, tenant, settings.controlPlaneAccountId);
    if (!(await catalog.hypervisors.setRevoked(tenantId, undefined)))
      throw notFound('tenant hypervisor', 'hypervisorId');
    const { revoked: _, ...open } = tenant;
    return hypervisorView(open);
  };
