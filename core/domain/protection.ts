/**
 * Whether an instance is protected: the one rule that its tenant's list, the operators' overview and, by `stateOf`, health
 * go by.
 */
import type { Protection } from '../contracts/instances.ts';
import { ageInWords } from './age-in-words.ts';
import { type Objective, stateOf, type Window } from './objective.ts';
import type { Plan } from './plan.ts';

/** What the newest job of a plan's schedule that came so far has found to protect. */
export interface PlanCoverage {
  /** Of that job, ms since 1970. */
  readonly dueAt: number;
  readonly instanceIds: ReadonlySet<string>;
}

/** A plan as it is now. */
export interface PlanNow {
  readonly plan: Plan;
  /** Its schedule starts backups. */
  readonly runs: boolean;
  /** Absent: it was never due. */
  readonly window?: Window;
  /** ms since 1970 */
  readonly nextRunAt?: number;
  /** Absent: no job came so far, or none has had its time. */
  readonly coverage?: PlanCoverage;
}

export interface KnownInstance {
  readonly instanceId: string;
  /** Absent: the account cannot be asked. */
  readonly exists?: boolean | undefined;
  /** A VM group matches it. */
  readonly isMatched: boolean;
  /** That cover it: by those groups; of an instance that cannot be looked at, by what was recorded. */
  readonly plans: readonly PlanNow[];
  /** When its newest good recovery point was taken, ms since 1970. */
  readonly newestAt?: number | undefined;
}

export interface Protected {
  readonly protection: Protection;
  /** A sentence. */
  readonly reason: string;
}

const named = (plans: readonly PlanNow[]): string =>
  `${plans.length === 1 ? 'plan' : 'plans'} ${plans.map(({ plan }) => plan.name).join(', ')}`;

/**
 * A job that came so far and left it out asks nothing of it yet: it was covered later. Where that time's job never came so
 * far, every instance that is covered counts as asked for.
 */
const asksFor = ({ window, coverage }: PlanNow, instanceId: string): boolean =>
  window !== undefined &&
  (coverage === undefined || coverage.dueAt < window.dueAt || coverage.instanceIds.has(instanceId));

/** Of a plan that runs. */
const standing = (now: number, { instanceId, newestAt }: KnownInstance, of: PlanNow): Objective['state'] => {
  const { plan, window } = of;
  if (!window) return 'settling';
  const state = stateOf(window, newestAt, now, plan.updatedAt);
  return state === 'missed' && !asksFor(of, instanceId) ? 'settling' : state;
};

const whyUnprotected = (isMatched: boolean, plans: readonly PlanNow[]): string => {
  const [one] = plans;
  if (one) return `Only ${named(plans)} would back it up, and ${one.plan.paused ? 'is paused' : 'has no schedule'}.`;
  return isMatched ? 'VM groups match it, and none of them has a plan.' : 'No VM group matches it.';
};

const whyLate = ({ plan, window }: PlanNow, newestAt: number | undefined, now: number): string => {
  const { dueAt, allowedMs } = window ?? { dueAt: now, allowedMs: 0 };
  return newestAt === undefined
    ? `It was never backed up: plan ${plan.name} was due ${ageInWords(now - dueAt)} ago, and it has no recovery point.`
    : `Its newest recovery point is ${ageInWords(now - newestAt)} old, and plan ${plan.name} allows ${ageInWords(allowedMs)}.`;
};

const whyWaiting = (plans: readonly PlanNow[], newestAt: number | undefined, now: number): string =>
  newestAt === undefined
    ? `It has no recovery point yet, and its first backup by ${named(plans)} has not had its time.`
    : `Its newest recovery point is ${ageInWords(now - newestAt)} old; the next backup by ${named(plans)}, new or new to it, has not had its time.`;

/** Whether the instance is as its plans ask: the worst of them counts. `now`: ms since 1970. */
export const protectionOf = (known: KnownInstance, now: number): Protected => {
  const { exists, isMatched, plans, newestAt } = known;
  if (exists === false)
    return { protection: 'gone', reason: 'It is not in the account any more; it can be restored as a new instance.' };
  if (exists === undefined && plans.length === 0)
    return {
      protection: 'unknown',
      reason: 'Its account cannot be asked, and no plan is known to cover it.',
    };
  const running = plans.filter(({ runs }) => runs);
  if (running.length === 0) return { protection: 'unprotected', reason: whyUnprotected(isMatched, plans) };
  const of = (state: Objective['state']) => running.filter((each) => standing(now, known, each) === state);
  const [missed] = of('missed');
  if (missed) return { protection: 'late', reason: whyLate(missed, newestAt, now) };
  const settling = of('settling');
  if (settling.length > 0) return { protection: 'waiting', reason: whyWaiting(settling, newestAt, now) };
  const asks = running.length === 1 ? 'asks' : 'ask';
  return { protection: 'protected', reason: `Its newest recovery point is as new as ${named(running)} ${asks}.` };
};
