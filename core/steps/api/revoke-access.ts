import type { HypervisorView } from '../../contracts/api.ts';
import type { HypervisorId, JobId } from '../../contracts/ids.ts';
import type { RevokeAccess, RevokedAccess } from '../../contracts/tenant-access.ts';
import { stateOf, WAITS_FOR_MS } from '../../domain/approval.ts';
import { Conflict, TransientFailure } from '../../domain/errors.ts';
import type { TenantHypervisor } from '../../domain/hypervisor.ts';
import { hypervisorView } from '../../domain/views.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Executions } from '../../ports/control.ts';
import type { CredentialCheck } from '../../ports/credential-check.ts';
import { everyItem } from '../../ports/every-item.ts';
import { tenantToBind } from './bind-hypervisor.ts';
import { createCancelJob } from './cancel-job.ts';
import { checkRoleAgain } from './check-identity.ts';

export interface RevokeAccessDeps {
  readonly catalog: Pick<Catalog, 'hypervisors' | 'jobs' | 'approvals'>;
  readonly executions: Executions;
  readonly clock: Clock;
}

/** Somebody else revokes it or gives it back in between: that happens once, not again and again. */
const MOST_TRIES = 5;

/** A tenant's 200 open jobs, some four calls each, within the half minute that an answer may take. */
const AT_ONCE = 10;

/**
 * From its record on no session in the tenant's account is made, and no node is given or left an order of its jobs; what is
 * open is cancelled. Only cleanups still reach it, to take back what cancelled jobs left (a guest that holds still, a volume
 * that is half replaced). Sessions that nodes hold end within the hour: the account's owner can end them at once (docs).
 * What the tenant has asked for and waits for a second person is rejected: it may have been a thief who asked.
 * Asked again, it cancels what is still open, and outlasts a restore-access that is under way. Errors: NotFound, InvalidRequest (no tenant), TransientFailure, naming the
 * jobs that are left.
 */
export const createRevokeAccess = (deps: RevokeAccessDeps) => {
  const { catalog, clock } = deps;
  const cancelJob = createCancelJob(deps);

  /** The first time and reason stay. Written each time: a restore-access that has seen the one before gives nothing back. */
  const revoked = async (by: string, tenantId: HypervisorId, reason: string | undefined): Promise<TenantHypervisor> => {
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const { revoked: seen } = await tenantToBind(catalog, tenantId);
      const fresh = { at: clock.now(), by, ...(reason === undefined ? {} : { reason }) };
      const written = { ...(seen ?? fresh), revision: (seen?.revision ?? 0) + 1 };
      if (await catalog.hypervisors.setRevoked(tenantId, written, seen)) return tenantToBind(catalog, tenantId);
    }
    throw new TransientFailure('Others change the access to this tenant at the same time.', { remedy: 'Ask again.' });
  };

  return async (by: string, tenantId: HypervisorId, { reason }: RevokeAccess): Promise<RevokedAccess> => {
    // The record first: who begins a job looks at it once the job's record is there, so that one of the two sees the other.
    const tenant = await revoked(by, tenantId, reason);
    await rejectWaiting(deps, tenant, by);

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

/** One that somebody decides on at this moment is refused when it is performed: carry-out.ts. */
const rejectWaiting = async (
  { catalog: { approvals }, clock }: RevokeAccessDeps,
  { hypervisorId }: TenantHypervisor,
  by: string,
): Promise<void> => {
  const now = clock.now();
  for await (const each of everyItem((page) => approvals.list(hypervisorId, page))) {
    if (each.requestedAt < now - WAITS_FOR_MS) break;
    if (each.askedBy !== 'tenant' || stateOf(each, now) !== 'waiting') continue;
    await approvals.update(each, {
      state: 'rejected',
      decidedBy: by,
      decidedAt: now,
      endedAt: now,
      reason: 'The access to the tenant was revoked.',
    });
  }
};

interface RestoreAccessDeps {
  readonly catalog: Pick<Catalog, 'hypervisors'>;
  readonly credentials: CredentialCheck;
  readonly settings: { readonly controlPlaneAccountId: string };
}

/**
 * Jobs that were cancelled stay so; schedules go on, and what a schedule missed last is caught up with. Asked again, it
 * changes nothing. Errors: NotFound, InvalidRequest (no tenant), CredentialsRejected (its role cannot be assumed, or by
 * others, too), Conflict (revoked again while that was looked at: it stays so), TransientFailure.
 */
export const createRestoreAccess =
  ({ catalog, credentials, settings }: RestoreAccessDeps) =>
  async (tenantId: HypervisorId): Promise<HypervisorView> => {
    const tenant = await tenantToBind(catalog, tenantId);
    if (!tenant.revoked) return hypervisorView(tenant);
    await checkRoleAgain(credentials, tenant, settings.controlPlaneAccountId);
    if (!(await catalog.hypervisors.setRevoked(tenantId, undefined, tenant.revoked))) {
      const now = await tenantToBind(catalog, tenantId);
      if (!now.revoked) return hypervisorView(now);
      throw new Conflict('The access was revoked again meanwhile: it stays so.', {
        remedy: 'Ask who revoked it; if it is right all the same, ask again.',
      });
    }
    const { revoked: _, ...open } = tenant;
    return hypervisorView(open);
  };
