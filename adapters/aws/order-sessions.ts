import { LibraryUnavailable, NotFound } from '../../core/domain/errors.ts';
import { lockOfSession } from '../../core/domain/library-lock.ts';
import type { Hypervisors } from '../../core/ports/hypervisors.ts';
import type { RecoveryPoints } from '../../core/ports/recovery-points.ts';
import type { OrderSessions } from '../../core/ports/tenant-scope.ts';
import { libraryAccess } from '../../core/steps/broker/library-access.ts';
import { isOfLibrary } from '../../core/steps/library/tenants-libraries.ts';
import { callOwn } from './classify.ts';
import { libraryPolicy, snapshotPolicy, workAreaPolicy } from './order-session-policies.ts';
import { assumeRole } from './sts-sessions.ts';
import { createTenantSessions, type TenantSessionsOptions } from './tenant-sessions.ts';

export interface OrderSessionsOptions extends TenantSessionsOptions {
  /** Assumed with the control plane's own credentials, as is the role of a MediaAgent. */
  readonly workRoleArn: string;
  readonly workBucket: string;
  readonly hypervisors: Pick<Hypervisors, 'get'>;
  readonly points: Pick<RecoveryPoints, 'list'>;
}

/**
 * Every session lasts an hour at most. A library is written to only while the tenant is bound to its service, looked after
 * while the tenant has something there; an older point is read from where it is, wherever the tenant is bound by now (its
 * own record names the service). Errors of `library`: NotFound.
 */
export const createOrderSessions = (options: OrderSessionsOptions): OrderSessions => {
  const { sts, workRoleArn, workBucket, hypervisors, points } = options;
  const tenants = createTenantSessions(options);
  return {
    tenant: (tenant, jobId, snapshotIds, mode) =>
      tenants.open(tenant, jobId, snapshotPolicy(tenant.region, jobId, snapshotIds, mode)),

    async library(serviceId, tenantId, jobId, mode, lockedUntil = 0) {
      const [service, tenant] = await Promise.all([hypervisors.get(serviceId), hypervisors.get(tenantId)]);
      if (service?.kind !== 'service' || tenant?.kind !== 'tenant')
        throw new NotFound(`there is no service hypervisor ${serviceId} or no tenant hypervisor ${tenantId}`);
      if (mode === 'write' && tenant.binding?.serviceId !== serviceId)
        throw new NotFound(`${tenantId} is not bound to ${serviceId}`);
      if ((mode === 'maintain' || mode === 'lock') && !(await isOfLibrary({ points }, tenant, serviceId)))
        throw new NotFound(`${tenantId} is not bound to ${serviceId}, and has nothing in its library`);
      const { lock, maintenanceRoleArn } = service.mediaAgent;
      const policy = libraryPolicy(
        libraryAccess(service, tenant),
        mode,
        lock && lockOfSession(lock, lockedUntil, Date.now()),
      );
      if (mode === 'maintain' && maintenanceRoleArn === undefined)
        throw new LibraryUnavailable(`${serviceId} names no role that may delete in its library`);
      const roleArn = mode === 'maintain' ? String(maintenanceRoleArn) : service.mediaAgent.roleArn;
      return callOwn('sts:AssumeRole of the library role', () => assumeRole(sts, { roleArn, jobId, tenantId, policy }));
    },

    workArea: (jobId, attempt, results) => {
      const policy = workAreaPolicy(workBucket, jobId, attempt, results);
      return callOwn('sts:AssumeRole of the work area role', () =>
        assumeRole(sts, { roleArn: workRoleArn, jobId, policy }),
      );
    },
  };
};
