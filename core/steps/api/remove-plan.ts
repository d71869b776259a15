import type { PlanId } from '../../contracts/ids.ts';
import { Conflict } from '../../domain/errors.ts';
import type { TenantHypervisor } from '../../domain/hypervisor.ts';
import { planView } from '../../domain/plan-views.ts';
import type { Audience } from '../../domain/problems.ts';
import { removeSchedules } from '../schedule/put-schedules.ts';
import type { PlanDeps } from './add-plan.ts';
import { notFound } from './not-found.ts';
import { openJobOf } from './open-job-of.ts';

/**
 * Its schedules go first: a plan without them is shown and can be removed again. Recovery points that it kept are under
 * no retention from then on: they stay. Errors: NotFound, Conflict (VM groups use it, or a job of it is open).
 */
export const createRemovePlan =
  ({ catalog, schedules, clock }: PlanDeps) =>
  async (tenant: TenantHypervisor, audience: Audience, planId: PlanId) => {
    const { hypervisorId } = tenant;
    const plan = await catalog.plans.get(hypervisorId, planId);
    if (!plan) throw notFound('plan', 'planId');
    const users = await catalog.vmGroups.ofPlan(hypervisorId, planId);
    if (users.length > 0) {
      const names = users.map(({ name, groupId }) => `${name} (${groupId})`).join(', ');
      throw new Conflict(`This plan protects VM groups: ${names}.`, {
        remedy: 'Give these VM groups another plan, or none, and remove it then.',
      });
    }
    const job = await openJobOf(catalog.jobs, hypervisorId, ({ request }) => request.planId === planId);
    if (job) {
      throw new Conflict(`The job ${job.jobId} of this plan is ${job.state}.`, {
        remedy: 'Wait for the job to end, or cancel it.',
      });
    }
    await removeSchedules(schedules, planId);
    await catalog.plans.remove(hypervisorId, planId);
    return planView(plan, audience, clock.now());
  };
