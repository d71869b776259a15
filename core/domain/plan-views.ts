/** Plans and VM groups as the API shows them. */
import type { PlanView, TenantPlanView } from '../contracts/plans.ts';
import type { VmGroupPreview, VmGroupView } from '../contracts/vm-groups.ts';
import type { Plan } from './plan.ts';
import { schedulesOf } from './plan-schedules.ts';
import type { Audience } from './problems.ts';
import { nextDue } from './schedule-times.ts';
import { defined, time } from './view-fields.ts';
import type { VmGroup } from './vm-group.ts';
import type { GroupMatch } from './vm-group-match.ts';

export const vmGroupView = ({ requestHash: _, createdAt, updatedAt, ...group }: VmGroup): VmGroupView => ({
  ...group,
  createdAt: time(createdAt),
  updatedAt: time(updatedAt),
});

/** How data travels is the service side's business (A5). */
export const planView = (plan: Plan, audience: Audience, now: number): PlanView | TenantPlanView => {
  const { createdAt, updatedAt, lastBackupDueAt, lastCopyDueAt: _, requestHash: __, ...fields } = plan;
  const backup = schedulesOf(plan).find(({ action, enabled }) => enabled && action === 'backup');
  const next = backup && nextDue(backup.schedule, now, backup.anchor);
  const view: PlanView = {
    ...fields,
    createdAt: time(createdAt),
    updatedAt: time(updatedAt),
    ...defined({
      nextRunAt: next === undefined ? undefined : time(next),
      lastRunAt: lastBackupDueAt === undefined ? undefined : time(lastBackupDueAt),
    }),
  };
  if (audience.kind === 'operator') return view;
  const { transport: ___, streams: ____, ...own } = view;
  return own;
};

/** An answer of a function may have 6 MB. */
export const MOST_PREVIEWED = 1_000;

/** What a group matches at this moment. */
export const groupPreviewView = ({ instances, excluded }: GroupMatch): VmGroupPreview => ({
  instancesInAll: instances.length,
  excludedInAll: excluded.length,
  instances: instances
    .slice(0, MOST_PREVIEWED)
    .map(({ instance: { instanceId, name, state }, matchedBy, volumes }) => ({
      instanceId,
      state,
      ...defined({ name }),
      matchedBy,
      volumes: volumes.map((volume) => ({ ...volume })),
    })),
  excluded: excluded.slice(0, MOST_PREVIEWED).map(({ instance: { instanceId, name }, excludedBy }) => ({
    instanceId,
    ...defined({ name }),
    excludedBy,
  })),
});
