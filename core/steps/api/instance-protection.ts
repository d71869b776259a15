/** Whether an instance is protected, by the rule that health measures objectives by (core/domain/objective.ts). */
import type { Protection } from '../../contracts/instances.ts';
import { stateOf, type Window, windowOf } from '../../domain/objective.ts';
import type { Plan } from '../../domain/plan.ts';
import { schedulesOf } from '../../domain/plan-schedules.ts';
import { nextDue } from '../../domain/schedule-times.ts';
import { ageInWords } from '../health/fact.ts';

/** A plan as it is now. */
export interface PlanNow {
  readonly plan: Plan;
  /** Its schedule starts backups. */
  readonly runs: boolean;
  /** Absent: it was never due. */
  readonly window?: Window;
  /** ms since 1970 */
  readonly nextRunAt?: number;
}

export const planNow = (plan: Plan, now: number): PlanNow => {
  const schedule = schedulesOf(plan).find(({ action }) => action === 'backup');
  if (!schedule?.enabled) return { plan, runs: false };
  const window = windowOf(schedule, now);
  const nextRunAt = nextDue(schedule.schedule, now, schedule.anchor);
  return { plan, runs: true, ...(window ? { window } : {}), ...(nextRunAt === undefined ? {} : { nextRunAt }) };
};

interface Known {
  /** Absent: the account cannot be asked. */
  readonly exists?: boolean | undefined;
  /** A VM group matches it. */
  readonly isMatched: boolean;
  /** Of those groups; of an instance that cannot be looked at, the one that made its newest point. */
  readonly plans: readonly PlanNow[];
  /** When its newest good recovery point was taken, ms since 1970. */
  readonly newestAt?: number | undefined;
}

interface Protected {
  readonly protection: Protection;
  /** A sentence. */
  readonly reason: string;
}

const named = (plans: readonly PlanNow[]): string =>
  `${plans.length === 1 ? 'plan' : 'plans'} ${plans.map(({ plan }) => plan.name).join(', ')}`;

const whyUnprotected = (isMatched: boolean, plans: readonly PlanNow[]): string => {
  const [one] = plans;
  if (one) return `Only ${named(plans)} would back it up, and ${one.plan.paused ? 'is paused' : 'has no schedule'}.`;
  return isMatched ? 'VM groups match it, and none of them has a plan.' : 'No VM group matches it.';
};

export const protectionOf = ({ exists, isMatched, plans, newestAt }: Known, now: number): Protected => {
  if (exists === false)
    return { protection: 'gone', reason: 'It is not in the account any more; it can be restored as a new instance.' };
  if (exists === undefined && plans.length === 0)
    return {
      protection: 'unknown',
      reason: 'Its account cannot be asked, and no plan made its newest recovery point.',
    };
  const running = plans.filter(({ runs }) => runs);
  if (running.length === 0) return { protection: 'unprotected', reason: whyUnprotected(isMatched, plans) };
  if (newestAt === undefined)
    return { protection: 'never', reason: `It has no recovery point yet, and is backed up by ${named(running)}.` };
  for (const { plan, window } of running) {
    if (!window || stateOf(window, newestAt, now, plan.updatedAt) !== 'missed') continue;
    const ages = `${ageInWords(now - newestAt)} old, and plan ${plan.name} allows ${ageInWords(window.allowedMs)}`;
    return { protection: 'late', reason: `Its newest recovery point is ${ages}.` };
  }
  const asks = running.length === 1 ? 'asks' : 'ask';
  return { protection: 'protected', reason: `Its newest recovery point is as new as ${named(running)} ${asks}.` };
};
