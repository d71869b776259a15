import { z } from 'zod';
import { HypervisorId, type JobId, PlanId } from '../../contracts/ids.ts';
import { derivedId } from '../../domain/derived-id.ts';
import { HoldfastError } from '../../domain/errors.ts';
import type { TenantHypervisor } from '../../domain/hypervisor.ts';
import type { Job, JobError } from '../../domain/job.ts';
import { jobError } from '../../domain/job-error.ts';
import { scheduledRequest } from '../../domain/job-terms.ts';
import type { Plan, PlanAction } from '../../domain/plan.ts';
import { jobTypesOf, scheduleName, schedulesOf } from '../../domain/plan-schedules.ts';
import { revokedBy } from '../../domain/revoked-access.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Executions, Schedules, Sha256 } from '../../ports/control.ts';
import { checkResources } from '../api/check-resources.ts';
import { openJobOf } from '../api/open-job-of.ts';
import { beginJob, isUnstarted, refuseMoreJobs } from '../api/start-job.ts';
import { removeSchedules } from './put-schedules.ts';

/** What EventBridge Scheduler hands over: the plan, and the time that was meant (not that of the delivery). */
export const ScheduledJob = z.strictObject({
  hypervisorId: HypervisorId,
  planId: PlanId,
  action: z.enum(['backup', 'copy']),
  scheduledTime: z.iso.datetime({ offset: true }),
});
export type ScheduledJob = z.infer<typeof ScheduledJob>;

export interface ScheduledJobDeps {
  readonly catalog: Pick<Catalog, 'hypervisors' | 'vmGroups' | 'plans' | 'nodes' | 'jobs'>;
  readonly executions: Executions;
  readonly schedules: Schedules;
  readonly clock: Clock;
  readonly sha256: Sha256;
}

export interface ScheduledJobOutcome {
  readonly outcome: 'started' | 'skipped' | 'refused' | 'nothing to do';
  readonly reason: string;
  readonly jobId?: JobId;
}

/** The same plan, action and time are the same job: Scheduler delivers at least once. */
export const scheduledJobId = (sha256: Sha256, planId: PlanId, action: PlanAction, dueAt: number): JobId =>
  derivedId(sha256, 'job', planId, action, new Date(dueAt).toISOString());

const nothing = (reason: string): ScheduledJobOutcome => ({ outcome: 'nothing to do', reason });

/**
 * Starts the job of a plan's schedule. A job of the plan that is still open is not overtaken: the new one's record says
 * that it was left out, and why, where users look for it. What the rules refuse is a failed job, not a failed delivery,
 * which Scheduler would repeat for a day. Errors: TransientFailure.
 */
export const createStartScheduledJob =
  (deps: ScheduledJobDeps) =>
  async ({ hypervisorId, planId, action, scheduledTime }: ScheduledJob): Promise<ScheduledJobOutcome> => {
    const { catalog, schedules } = deps;
    const tenant = await catalog.hypervisors.get(hypervisorId);
    const plan = await catalog.plans.get(hypervisorId, planId);
    if (tenant?.kind !== 'tenant' || !plan) {
      await removeSchedules(schedules, planId);
      return nothing(`there is no plan ${planId} of ${hypervisorId} any more`);
    }
    if (tenant.removing) return nothing(`${hypervisorId} is being removed`);
    // not noted as come: once the access is given back, the newest time that was missed is caught up with
    if (tenant.revoked) return nothing(revokedBy(tenant.revoked));
    const schedule = schedulesOf(plan).find((each) => each.action === action);
    if (!schedule) {
      await schedules.remove(scheduleName(planId, action));
      return nothing(`the plan ${planId} has no schedule for ${action} any more`);
    }
    if (!schedule.enabled) return nothing(`the plan ${planId} is paused`);
    const dueAt = Date.parse(scheduledTime);
    const outcome = await startOnce(deps, tenant, plan, action, dueAt);
    await catalog.plans.noteDue(hypervisorId, planId, action, dueAt);
    return outcome;
  };

const startOnce = async (
  deps: ScheduledJobDeps,
  tenant: TenantHypervisor,
  plan: Plan,
  action: PlanAction,
  dueAt: number,
): Promise<ScheduledJobOutcome> => {
  const { catalog, clock, sha256 } = deps;
  const jobId = scheduledJobId(sha256, plan.planId, action, dueAt);
  const now = clock.now();
  const request = scheduledRequest(plan, action, now);
  const job: Job = {
    jobId,
    tenantId: tenant.hypervisorId,
    type: request.type,
    state: 'queued',
    attempt: 1,
    request,
    trigger: 'schedule',
    requestedBy: `schedule ${scheduleName(plan.planId, action)}`,
    createdAt: now,
  };
  const there = await catalog.jobs.get(tenant.hypervisorId, jobId);
  if (there) return repeated(deps, tenant, there);
  const { lastDueAt } = schedulesOf(plan).find((each) => each.action === action) ?? {};
  if (lastDueAt !== undefined && lastDueAt > dueAt) {
    // deliveries that were held up all come at once: the newest of them stands for all
    return nothing(`a later time of this schedule has come already: ${new Date(lastDueAt).toISOString()}`);
  }

  const before = await openJobOf(
    catalog.jobs,
    tenant.hypervisorId,
    ({ type, request: { planId } }) => planId === plan.planId && jobTypesOf(action).includes(type),
  );
  if (before) {
    const reason = `the job ${before.jobId} of the same plan was still ${before.state} when this one was due`;
    await addEnded(deps, job, 'cancelled', jobError('JobCancelled', `not started: ${reason}`));
    return { outcome: 'skipped', reason, jobId };
  }
  try {
    await checkResources(catalog, tenant, request);
    await refuseMoreJobs(catalog, tenant.hypervisorId);
  } catch (error) {
    if (!(error instanceof HoldfastError) || error.status === 503) throw error;
    await addEnded(deps, job, 'failed', jobError(error.name, error.message, error.tenantMessage));
    return { outcome: 'refused', reason: error.message, jobId };
  }
  if (!(await catalog.jobs.add(job))) {
    const other = await catalog.jobs.get(tenant.hypervisorId, jobId);
    return other ? repeated(deps, tenant, other) : nothing(`the job ${jobId} is gone`);
  }
  await beginJob(deps, tenant, job);
  return { outcome: 'started', reason: `due at ${new Date(dueAt).toISOString()}`, jobId };
};

/** Delivered before; whoever took it may have ended between the record and the start. */
const repeated = async (deps: ScheduledJobDeps, tenant: TenantHypervisor, job: Job): Promise<ScheduledJobOutcome> => {
  if (!isUnstarted(job)) return { ...nothing(`the job is there already: ${job.state}`), jobId: job.jobId };
  await beginJob(deps, tenant, job);
  return { outcome: 'started', reason: 'its record was there already', jobId: job.jobId };
};

const addEnded = async (
  { catalog, clock }: ScheduledJobDeps,
  job: Job,
  state: 'cancelled' | 'failed',
  error: JobError,
): Promise<void> => {
  // false: delivered twice at once, and the other one has written it
  await catalog.jobs.add({ ...job, state, error, endedAt: clock.now() });
};
