import type { OnTenantRoutes } from '../../core/contracts/api.ts';
import { createGetRecoveryPoint } from '../../core/steps/api/get-recovery-point.ts';
import { createHoldRecoveryPoint, createReleaseRecoveryPoint } from '../../core/steps/api/legal-hold.ts';
import { createListRecoveryPoints } from '../../core/steps/api/list-recovery-points.ts';
import { createPlanRetention, createRunRetention } from '../../core/steps/api/retention.ts';
import { type Endpoint, endpoint } from './endpoint.ts';
import { type OnTenant, type OnTenantDeps, pageOf } from './on-tenant-context.ts';

/** Recovery points, and how long they are kept. */
export const pointEndpoints = (routes: OnTenantRoutes, deps: OnTenantDeps): readonly Endpoint<OnTenant>[] => {
  const listRecoveryPoints = createListRecoveryPoints(deps);
  const getRecoveryPoint = createGetRecoveryPoint(deps);
  const holdRecoveryPoint = createHoldRecoveryPoint(deps);
  const releaseRecoveryPoint = createReleaseRecoveryPoint(deps);
  const planRetention = createPlanRetention(deps);
  const runRetention = createRunRetention(deps);
  return [
    endpoint(routes.listRecoveryPoints, ({ tenant, audience }: OnTenant, { query }) =>
      listRecoveryPoints(tenant, audience, query, pageOf(query)),
    ),
    endpoint(routes.getRecoveryPoint, ({ tenant, audience }: OnTenant, { params }) =>
      getRecoveryPoint(tenant, audience, params.recoveryPointId),
    ),
    endpoint(routes.holdRecoveryPoint, ({ tenant, audience, requestedBy }: OnTenant, { params, body }) =>
      holdRecoveryPoint(tenant, audience, requestedBy, params.recoveryPointId, body),
    ),
    endpoint(routes.releaseRecoveryPoint, ({ tenant, audience }: OnTenant, { params }) =>
      releaseRecoveryPoint(tenant, audience, params.recoveryPointId),
    ),
    endpoint(routes.planRetention, ({ tenant }: OnTenant) => planRetention(tenant)),
    endpoint(routes.runRetention, ({ tenant, audience, requestedBy }: OnTenant, { body }) =>
      runRetention(tenant, audience, requestedBy, body.token),
    ),
  ];
};
