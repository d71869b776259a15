import type { Plan } from '../../domain/plan.ts';
import { schedulesOf } from '../../domain/plan-schedules.ts';
import { previousDue } from '../../domain/schedule-times.ts';
import type { ScheduledJob } from './start-scheduled-job.ts';

/** Scheduler delivers within a minute, and tries again by itself: sooner than this nothing is missed. */
export const MISSED_AFTER_MS = 10 * 60_000;

/**
 * What a plan's schedules should have started and did not: the newest time only, however many there were. Times before
 * the plan was last changed (made, resumed, given another schedule) are none of its.
 */
export const missedWindows = (plan: Plan, now: number): readonly ScheduledJob[] =>
  schedulesOf(plan).flatMap(({ action, schedule, enabled, lastDueAt, anchor }) => {
    if (!enabled) return [];
    const due = previousDue(schedule, now - MISSED_AFTER_MS, anchor);
    if (due === undefined || due <= Math.max(lastDueAt ?? 0, plan.updatedAt)) return [];
    const { hypervisorId, planId } = plan;
    return [{ hypervisorId, planId, action, scheduledTime: new Date(due).toISOString() }];
  });
