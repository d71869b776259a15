import type { JobView } from '../../core/contracts/api.ts';
import { tenantRoutes } from '../../core/contracts/api.ts';
import type { PlanView } from '../../core/contracts/plans.ts';
import type { VmGroupView } from '../../core/contracts/vm-groups.ts';
import { eventually } from './eventually.ts';
import { runInstance } from './instances.ts';
import { shared, type TourTenant } from './tenant.ts';
import type { Tour } from './world.ts';

const MINUTE = 60_000;
/** Enough to make plan and VM group before the plan is due. */
const AHEAD = 20_000;

export interface ScheduledPlan {
  readonly planId: string;
  readonly instanceId: string;
  /** Of the snapshot; the copy is due a minute later. ms since 1970. */
  readonly dueAt: number;
}

const cronAt = (time: number): string => {
  const at = new Date(time);
  return `cron(${at.getUTCMinutes()} ${at.getUTCHours()} * * ? *)`;
};

/** A plan of a VM group with one instance: a snapshot at the next full minute, its backup copy at the one after it. */
export const scheduledPlan = (tour: Tour, tenant: TourTenant): Promise<ScheduledPlan> =>
  shared(tenant, 'scheduled plan', async () => {
    await tour.nodes();
    const { instanceId } = await runInstance(tour, tenant, 'scheduled');
    const dueAt = Math.ceil((Date.now() + AHEAD) / MINUTE) * MINUTE;
    const { planId } = await tenant.ask<PlanView>([
      ...['plan', 'add', 'tour', '--method', 'snapshot', '--schedule', cronAt(dueAt)],
      ...['--copy', cronAt(dueAt + MINUTE), '--keep-days', '7'],
    ]);
    await tenant.ask<VmGroupView>(['vm-group', 'add', 'tour', '--instance', instanceId, '--plan', planId]);
    return { planId, instanceId, dueAt };
  });

/** Jobs of the plan that are there by now. */
export const jobsOfPlan = async ({ api }: TourTenant, { planId }: ScheduledPlan): Promise<readonly JobView[]> => {
  const { items } = await api.call(tenantRoutes.listJobs, { query: { limit: 100 } });
  return items.filter(({ request }) => request.planId === planId);
};

/** Waits until the schedule has started the plan's job of this kind, and that has ended. */
export const jobOfSchedule = async (
  tenant: TourTenant,
  plan: ScheduledPlan,
  type: 'snapshot' | 'backup-copy',
): Promise<JobView> => {
  const jobs = await eventually(
    `the ${type} of ${plan.planId}, due at ${new Date(plan.dueAt).toISOString()}`,
    async () => (await jobsOfPlan(tenant, plan)).filter((job) => job.type === type),
    ([job]) => job?.endedAt !== undefined,
    180,
  );
  return tenant.ask<JobView>(['job', 'show', jobs[0]?.jobId ?? '']);
};
