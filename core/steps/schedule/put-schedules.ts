import type { Plan } from '../../domain/plan.ts';
import { PLAN_ACTIONS, scheduleName, schedulesOf } from '../../domain/plan-schedules.ts';
import type { Schedules } from '../../ports/control.ts';

/** Makes Scheduler's schedules what the plan says: made, changed, paused, removed. Idempotent. */
export const putSchedules = async (schedules: Schedules, plan: Plan): Promise<void> => {
  const wanted = schedulesOf(plan);
  for (const action of PLAN_ACTIONS) {
    const name = scheduleName(plan.planId, action);
    const found = wanted.find((each) => each.action === action);
    if (!found) await schedules.remove(name);
    else {
      const { hypervisorId, planId } = plan;
      const { expression, timeZone } = found.schedule;
      const input = { hypervisorId, planId, action };
      await schedules.put({ name, expression, timeZone, enabled: found.enabled, input });
    }
  }
};

/** Idempotent. */
export const removeSchedules = async (schedules: Schedules, planId: Plan['planId']): Promise<void> => {
  for (const action of PLAN_ACTIONS) await schedules.remove(scheduleName(planId, action));
};
