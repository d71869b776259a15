import type { OnTenantRoutes } from '../../core/contracts/api.ts';
import type { TenantHypervisor } from '../../core/domain/hypervisor.ts';
import type { Audience } from '../../core/domain/problems.ts';
import type { Catalog, PageRequest } from '../../core/ports/catalog.ts';
import type { Clock, Ids } from '../../core/ports/clock.ts';
import type { Executions } from '../../core/ports/control.ts';
import { createCancelJob } from '../../core/steps/api/cancel-job.ts';
import { createGetJob } from '../../core/steps/api/get-job.ts';
import { createGetRecoveryPoint } from '../../core/steps/api/get-recovery-point.ts';
import { createListJobs } from '../../core/steps/api/list-jobs.ts';
import { createListRecoveryPoints } from '../../core/steps/api/list-recovery-points.ts';
import { createStartBackup } from '../../core/steps/api/start-backup.ts';
import { createStartRestore } from '../../core/steps/api/start-restore.ts';
import { type Endpoint, endpoint } from './endpoint.ts';

export interface OnTenantDeps {
  readonly catalog: Pick<Catalog, 'hypervisors' | 'jobs' | 'points'>;
  readonly executions: Executions;
  readonly clock: Clock;
  readonly ids: Ids;
}

export interface OnTenant {
  readonly tenant: TenantHypervisor;
  readonly audience: Audience;
  /** ARN of the principal that asks. */
  readonly requestedBy: string;
}

export const pageOf = ({
  limit,
  next,
}: {
  readonly limit: number;
  readonly next?: string | undefined;
}): PageRequest => ({
  limit,
  ...(next === undefined ? {} : { next }),
});

/** What is done on one tenant: by the tenant itself, or by an operator who names it. */
export const onTenantEndpoints = (routes: OnTenantRoutes, deps: OnTenantDeps): readonly Endpoint<OnTenant>[] => {
  const startBackup = createStartBackup(deps);
  const startRestore = createStartRestore(deps);
  const listJobs = createListJobs(deps);
  const getJob = createGetJob(deps);
  const cancelJob = createCancelJob(deps);
  const listRecoveryPoints = createListRecoveryPoints(deps);
  const getRecoveryPoint = createGetRecoveryPoint(deps);
  return [
    endpoint(routes.startBackup, ({ tenant, requestedBy }: OnTenant, { body }) =>
      startBackup(tenant, requestedBy, body),
    ),
    endpoint(routes.startRestore, ({ tenant, requestedBy }: OnTenant, { body }) =>
      startRestore(tenant, requestedBy, body),
    ),
    endpoint(routes.listJobs, ({ tenant, audience }: OnTenant, { query }) => listJobs(tenant, audience, pageOf(query))),
    endpoint(routes.getJob, ({ tenant, audience }: OnTenant, { params }) => getJob(tenant, audience, params.jobId)),
    endpoint(routes.cancelJob, ({ tenant, audience }: OnTenant, { params }) =>
      cancelJob(tenant, audience, params.jobId),
    ),
    endpoint(routes.listRecoveryPoints, ({ tenant, audience }: OnTenant, { query }) =>
      listRecoveryPoints(tenant, audience, query.instanceId, pageOf(query)),
    ),
    endpoint(routes.getRecoveryPoint, ({ tenant, audience }: OnTenant, { params }) =>
      getRecoveryPoint(tenant, audience, params.recoveryPointId),
    ),
  ];
};
