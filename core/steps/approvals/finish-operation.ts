import type { ProtectedOperation } from '../../contracts/approvals.ts';
import { PlanFields } from '../../contracts/plans.ts';
import { planAsAsked } from '../api/replace-plan.ts';
import { hasData } from '../jobs/retention-of-tenant.ts';
import { runRetention } from '../jobs/run-retention.ts';
import { putSchedules } from '../schedule/put-schedules.ts';
import type { Perform, PerformDeps } from './perform-operation.ts';

/** Snapshots that are left are removed by the next retention run. */
const BUDGET_MS = 18_000;

/**
 * What comes after the write by which a request shows as done: where a function ended between the two, approving again
 * makes it good. Of the other requests that write is the last.
 */
export const createFinishers = (deps: PerformDeps): Readonly<Partial<Record<ProtectedOperation, Perform>>> => {
  const { catalog, schedules, clock } = deps;
  return {
    async 'delete-recovery-point'(tenant, audience, { requestedBy, params: { recoveryPointId = '' } }) {
      const point = await catalog.points.get(tenant.hypervisorId, recoveryPointId);
      if (!point || !hasData(point)) return;
      await runRetention(deps, tenant, { remove: [], unfinished: [point] }, clock.now() + BUDGET_MS, {
        who: { kind: audience.kind, principal: requestedBy },
        requestId: `delete-${recoveryPointId}`,
      });
    },
    async 'shorten-retention'(tenant, audience, { params: { planId = '' }, body }) {
      const plan = await catalog.plans.get(tenant.hypervisorId, planId);
      if (!plan) return;
      const asked = planAsAsked(plan, audience, body);
      // changed by somebody else since: then so were its schedules
      if (JSON.stringify(PlanFields.strip().parse(plan)) === JSON.stringify(asked)) await putSchedules(schedules, plan);
    },
  };
};
