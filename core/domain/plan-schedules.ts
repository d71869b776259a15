/** The schedules that a plan has in EventBridge Scheduler, under names of its own. */
import type { PlanId } from '../contracts/ids.ts';
import type { ScheduleFields } from '../contracts/plans.ts';
import type { JobType } from './job.ts';
import type { Plan, PlanAction } from './plan.ts';

export interface PlanSchedule {
  readonly action: PlanAction;
  readonly schedule: ScheduleFields;
  readonly enabled: boolean;
  /** The newest time that a job was started for, ms since 1970. */
  readonly lastDueAt?: number;
  /** What a rate is counted from: its newest time, else when the plan was last changed. */
  readonly anchor: number;
}

export const PLAN_ACTIONS: readonly PlanAction[] = ['backup', 'copy'];

/** ≤ 64 characters. */
export const scheduleName = (planId: PlanId, action: PlanAction): string => `${planId}-${action}`;

/** Kinds of job that a schedule starts: one is not begun while the one before it is open. */
export const jobTypesOf = (action: PlanAction): readonly JobType[] =>
  action === 'copy' ? ['backup-copy'] : ['backup', 'snapshot'];

const planSchedule = (
  plan: Plan,
  action: PlanAction,
  schedule: ScheduleFields | undefined,
  lastDueAt: number | undefined,
): readonly PlanSchedule[] =>
  schedule
    ? [
        {
          action,
          schedule,
          enabled: !plan.paused,
          anchor: lastDueAt ?? plan.updatedAt,
          ...(lastDueAt === undefined ? {} : { lastDueAt }),
        },
      ]
    : [];

export const schedulesOf = (plan: Plan): readonly PlanSchedule[] => [
  ...planSchedule(plan, 'backup', plan.schedule, plan.lastBackupDueAt),
  ...planSchedule(plan, 'copy', plan.copy.when === 'on-schedule' ? plan.copy.schedule : undefined, plan.lastCopyDueAt),
];
