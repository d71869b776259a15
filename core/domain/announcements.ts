/** What is told to whoever listens (EventBridge): to operators, and within `tenantView`, in words fit for the tenant. */
import type { TenantHypervisor } from './hypervisor.ts';
import type { Job, JobInstance } from './job.ts';
import type { MissedObjective } from './objective.ts';
import type { Audience } from './problems.ts';
import { defined, time } from './view-fields.ts';
import { listedJobView } from './views.ts';

export type AnnouncementType = 'Holdfast Job Ended' | 'Holdfast Objective Missed' | 'Holdfast Objective Met';

export interface Announcement {
  readonly type: AnnouncementType;
  /** `id` is always the same for the same thing: it may be told more than once. */
  readonly detail: Readonly<Record<string, unknown>> & { readonly id: string };
}

/** As an audience reads it: ids, state, counts, error, times; not what was asked for, which may be long. */
const endFor = (job: Job, instances: readonly JobInstance[], audience: Audience) => {
  const { request: _, ...view } = listedJobView(job, instances, audience);
  const said = view.error ? `: ${view.error.message}` : '';
  return { ...view, message: `The ${job.type} job ${job.jobId} is ${job.state}${said}` };
};

const audienceOf = ({ accountId, hypervisorId }: TenantHypervisor): Audience => ({
  kind: 'tenant',
  accountId,
  hypervisorId,
});

export const jobEnded = (job: Job, instances: readonly JobInstance[], tenant: TenantHypervisor): Announcement => {
  const id = `${job.jobId}-${job.attempt}-ended`;
  return {
    type: 'Holdfast Job Ended',
    detail: {
      id,
      ...endFor(job, instances, { kind: 'operator' }),
      tenantId: tenant.hypervisorId,
      tenantName: tenant.name,
      accountId: tenant.accountId,
      tenantView: { id, ...endFor(job, instances, audienceOf(tenant)) },
    },
  };
};

/** `newestAt`: of the newest good point by now. */
export const objectiveChanged = (
  missed: MissedObjective,
  is: 'missed' | 'met' | 'no longer asked for',
  tenant: Pick<TenantHypervisor, 'hypervisorId' | 'name' | 'accountId'> | undefined,
  newestAt?: number,
): Announcement => {
  const { tenantId, planId, planName, instanceId, since } = missed;
  const whose = instanceId ?? `every instance of the plan ${planName}`;
  const newest = newestAt === undefined ? 'there is none' : `the newest is of ${time(newestAt)}`;
  const message =
    is === 'missed'
      ? `The recovery points of ${whose} are older than the plan ${planName} allows: ${newest}.`
      : `The recovery points of ${whose} are ${is === 'met' ? `as new as the plan ${planName} asks again: ${newest}` : 'not asked for by a plan any more'}.`;
  // all of it is the tenant's own
  const tenantView = {
    id: `objective ${tenantId} ${planId} ${instanceId ?? 'plan'} ${since} ${is === 'missed' ? 'missed' : 'met'}`,
    planId,
    planName,
    since: time(since),
    state: is,
    message,
    ...defined({ instanceId, newestPointAt: newestAt === undefined ? undefined : time(newestAt) }),
  };
  return {
    type: is === 'missed' ? 'Holdfast Objective Missed' : 'Holdfast Objective Met',
    detail: {
      ...tenantView,
      tenantId,
      ...defined({ tenantName: tenant?.name, accountId: tenant?.accountId }),
      tenantView,
    },
  };
};
