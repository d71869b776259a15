/**
 * How old the newest recovery point of an instance may be, by its plan's schedule: the time from one run to the next, and
 * some slack for the run itself.
 */
import type { HypervisorId, PlanId } from '../contracts/ids.ts';
import type { PlanSchedule } from './plan-schedules.ts';
import { nextDue, previousDue } from './schedule-times.ts';

export interface ObjectiveKey {
  readonly tenantId: HypervisorId;
  readonly planId: PlanId;
  /** Absent: of the plan as a whole, whose jobs never came so far as to say which instances it protects. */
  readonly instanceId?: string;
}

export interface Objective extends ObjectiveKey {
  readonly planName: string;
  /** The newest time of the schedule whose job has had its time, ms since 1970. */
  readonly dueAt: number;
  /** The newest point may be as old as this, ms. */
  readonly allowedMs: number;
  /** When the newest good point was taken; absent: there is none. */
  readonly newestAt?: number;
  /** `settling`: the plan was changed so lately that nothing can be said yet. */
  readonly state: 'met' | 'missed' | 'settling';
}

/** An objective that is missed, or was, and nobody was told yet that it is not any more. */
export interface MissedObjective extends ObjectiveKey {
  /** ms since 1970: when it was first found missed. Which miss it is, is told by it. */
  readonly since: number;
  /** Somebody was told that it is missed. */
  readonly told: boolean;
  readonly planName: string;
}

const MINUTE = 60_000;
/** As long as from one run to the next, within these: a job has to wait, to move data, and to be tried again. */
const LEAST_SLACK_MS = 30 * MINUTE;
const MOST_SLACK_MS = 360 * MINUTE;

export interface Window {
  readonly dueAt: number;
  readonly allowedMs: number;
}

/** From `due` to the next time. */
const gapAfter = ({ schedule, anchor }: PlanSchedule, due: number): number | undefined => {
  const next = nextDue(schedule, due, anchor);
  return next === undefined ? undefined : next - due;
};

/** As previousDue, but a rate is counted back from its newest time, too. */
export const dueAtOrBefore = (of: PlanSchedule, at: number): number | undefined => {
  const { schedule, anchor } = of;
  if (!schedule.expression.startsWith('rate') || at >= anchor) return previousDue(schedule, at, anchor);
  const every = gapAfter(of, anchor);
  return every === undefined ? undefined : anchor - Math.ceil((anchor - at) / every) * every;
};

/** The newest time whose job has had its time by now; undefined if the schedule was never due. */
export const windowOf = (of: PlanSchedule, now: number): Window | undefined => {
  const latest = dueAtOrBefore(of, now);
  if (latest === undefined) return undefined;
  const slack = Math.min(MOST_SLACK_MS, Math.max(LEAST_SLACK_MS, gapAfter(of, latest) ?? MOST_SLACK_MS));
  const dueAt = dueAtOrBefore(of, now - slack);
  if (dueAt === undefined) return undefined;
  // the last time that there will ever be: nothing newer can be asked for
  return { dueAt, allowedMs: (gapAfter(of, dueAt) ?? Number.POSITIVE_INFINITY) + slack };
};

/** `changedAt`: of the plan; a time before that is none of its schedule's. */
export const stateOf = (
  { dueAt, allowedMs }: Window,
  newestAt: number | undefined,
  now: number,
  changedAt: number,
): Objective['state'] => {
  if (newestAt !== undefined && now - newestAt <= allowedMs) return 'met';
  return dueAt < changedAt ? 'settling' : 'missed';
};
