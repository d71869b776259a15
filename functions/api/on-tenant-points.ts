import type { OnTenantRoutes } from '../../core/contracts/api.ts';
import { createDeleteRecoveryPoint } from '../../core/steps/api/delete-recovery-point.ts';
import { createGetRecoveryPoint } from '../../core/steps/api/get-recovery-point.ts';
import { createHoldRecoveryPoint, createReleaseRecoveryPoint } from '../../core/steps/api/legal-hold.ts';
import { createListRecoveryPoints } from '../../core/steps/api/list-recovery-points.ts';
import { createPlanRetention, createRunRetention } from '../../core/steps/api/retention.ts';
import { type Endpoint, endpoint } from './endpoint.ts';
import { guardOnTenant } from './guarded.ts';
import { type OnTenant, type OnTenantDeps, pageOf } from './on-tenant-context.ts';

/** Recovery points, and how long they are kept. */
export const pointEndpoints = (routes: OnTenantRoutes, deps: OnTenantDeps): readonly Endpoint<OnTenant>[] => {
  const listRecoveryPoints = createListRecoveryPoints(deps);
  const getRecoveryPoint = createGetRecoveryPoint(deps);
  const holdRecoveryPoint = createHoldRecoveryPoint(deps);
  const releaseRecoveryPoint = createReleaseRecoveryPoint(deps);
  const deleteRecoveryPoint = createDeleteRecoveryPoint(deps);
  const planRetention = createPlanRetention(deps);
  const runRetention = createRunRetention(deps);
  const guard = guardOnTenant(deps);
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
    guard(
      'release-legal-hold',
      endpoint(routes.releaseRecoveryPoint, ({ tenant, audience }: OnTenant, { params }) =>
        releaseRecoveryPoint(tenant, audience, params.recoveryPointId),
      ),
    ),
    guard(
      'delete-recovery-point',
      endpoint(routes.deleteRecoveryPoint, ({ tenant, audience, requestedBy }: OnTenant, { params, query }) =>
        deleteRecoveryPoint(tenant, audience, requestedBy, params.recoveryPointId, query.evenNewest === 'true'),
      ),
    ),
    endpoint(routes.planRetention, ({ tenant }: OnTenant) => planRetention(tenant)),
    guard(
      'run-retention',
      endpoint(routes.runRetention, ({ tenant, audience, requestedBy }: OnTenant, { body }) =>
        runRetention(tenant, audience, requestedBy, body.token),
      ),
    ),
  ];
};
