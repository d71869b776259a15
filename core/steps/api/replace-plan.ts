import type { PlanId } from '../../contracts/ids.ts';
import { PlanFields } from '../../contracts/plans.ts';
import type { TenantHypervisor } from '../../domain/hypervisor.ts';
import type { Plan } from '../../domain/plan.ts';
import { planView } from '../../domain/plan-views.ts';
import type { Audience } from '../../domain/problems.ts';
import { putSchedules } from '../schedule/put-schedules.ts';
import type { PlanDeps, PlanRequest } from './add-plan.ts';
import { type AsRead, changedSince, isAsAsked, isChangedSince } from './changed-since.ts';
import { checkPlan } from './check-plan.ts';
import { notFound } from './not-found.ts';

/** What a tenant cannot say stays as its operator has set it. Errors: ZodError (no body of this route). */
export const planAsAsked = ({ transport, streams }: Plan, audience: Audience, body: unknown): PlanFields =>
  PlanFields.parse(audience.kind === 'tenant' ? { ...(body as object), transport, streams } : body);

/**
 * Writes a plan's fields anew; what a tenant cannot say stays as its operator has set it. Jobs that run keep the terms
 * that they began with. If the schedules cannot be changed, the plan is put back as it was. One that was
 * changed since it was read, to just what is asked for, stays as it is: only its schedules are put once more.
 * Errors: NotFound, as of `checkPlan`, Conflict (it was changed since it was read), TransientFailure.
 */
export const createReplacePlan =
  ({ catalog, schedules, clock }: PlanDeps) =>
  async (tenant: TenantHypervisor, audience: Audience, planId: PlanId, body: PlanRequest, asRead: AsRead = {}) => {
    const before = await catalog.plans.get(tenant.hypervisorId, planId);
    if (!before) throw notFound('plan', 'planId');
    const fields = planAsAsked(before, audience, body);
    const asItIs = async (there: Plan) => {
      if (!isAsAsked(PlanFields, there, planAsAsked(there, audience, body))) throw changedSince('plan', there);
      await putSchedules(schedules, there);
      return planView(there, audience, clock.now());
    };
    if (isChangedSince(before, asRead)) return asItIs(before);
    await checkPlan(catalog, tenant, fields);
    const { hypervisorId, createdAt, lastBackupDueAt, lastCopyDueAt, requestHash } = before;
    const plan: Plan = {
      ...fields,
      planId,
      hypervisorId,
      createdAt,
      updatedAt: clock.now(),
      ...(lastBackupDueAt === undefined ? {} : { lastBackupDueAt }),
      ...(lastCopyDueAt === undefined ? {} : { lastCopyDueAt }),
      ...(requestHash === undefined ? {} : { requestHash }),
    };
    const read = asRead.ifUpdatedAt === undefined ? undefined : before.updatedAt;
    const isReplaced = await catalog.plans.replace(plan, read);
    if (!isReplaced) {
      const there = await catalog.plans.get(hypervisorId, planId);
      if (!there) throw notFound('plan', 'planId');
      return asItIs(there);
    }
    try {
      await putSchedules(schedules, plan);
    } catch (error) {
      await catalog.plans.replace(before);
      throw error;
    }
    return planView(plan, audience, clock.now());
  };
