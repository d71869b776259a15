import type { STSClient } from '@aws-sdk/client-sts';
import { NotFound } from '../../core/domain/errors.ts';
import type { Hypervisors } from '../../core/ports/catalog.ts';
import type { OrderSessions } from '../../core/ports/tenant-scope.ts';
import { libraryAccess } from '../../core/steps/broker/library-access.ts';
import { callOwn } from './classify.ts';
import { assumeRole, type HubSessions } from './hub-sessions.ts';
import { libraryPolicy, snapshotPolicy, workAreaPolicy } from './order-session-policies.ts';
import type { TenantSessions } from './tenant-sessions.ts';

export interface OrderSessionsOptions {
  /** The control plane's own credentials, which may assume `workRoleArn`. */
  readonly sts: STSClient;
  readonly hub: HubSessions;
  readonly tenants: TenantSessions;
  readonly workRoleArn: string;
  readonly workBucket: string;
  readonly hypervisors: Pick<Hypervisors, 'get'>;
}

/** Every session lasts an hour at most. Errors of `library`: NotFound if the tenant is not bound to that service. */
export const createOrderSessions = ({
  sts,
  hub,
  tenants,
  workRoleArn,
  workBucket,
  hypervisors,
}: OrderSessionsOptions): OrderSessions => ({
  tenant: (tenant, jobId, snapshotIds, mode) =>
    tenants.open(tenant, jobId, snapshotPolicy(tenant.region, jobId, snapshotIds, mode)),

  async library(serviceId, tenantId, jobId, mode) {
    const [service, tenant] = await Promise.all([hypervisors.get(serviceId), hypervisors.get(tenantId)]);
    if (service?.kind !== 'service' || tenant?.kind !== 'tenant' || tenant.binding?.serviceId !== serviceId)
      throw new NotFound(`${tenantId} is not bound to ${serviceId}`);
    const { library, ...access } = libraryAccess(service, tenant);
    const region = library.kind === 's3' ? library.region : service.region;
    return callOwn('sts:AssumeRole of the library role', async () =>
      assumeRole(await hub.client(jobId, region), {
        roleArn: service.mediaAgent.roleArn,
        jobId,
        tenantId,
        policy: libraryPolicy({ library, ...access }, mode),
        ...(service.auth.method === 'assume-role' ? { externalId: service.auth.externalId } : {}),
      }),
    );
  },

  workArea: (jobId, attempt) =>
    callOwn('sts:AssumeRole of the work area role', () =>
      assumeRole(sts, { roleArn: workRoleArn, jobId, policy: workAreaPolicy(workBucket, jobId, attempt) }),
    ),
});
