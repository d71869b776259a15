import type { Groups } from './groups.ts';
import { readQueries } from './metrics.ts';
import type { Group, Policy } from './records.ts';

/** It scales in below this share of the target: AWS's lower alarm, so that a metric on target does not swing. */
const SCALE_IN_BELOW = 0.9;

/**
 * The capacity at which the metric would be on target, if it falls as capacity grows: that is what target tracking takes
 * for granted. A group of none counts as one. That it leaves zero only once the metric is above the target, and not with
 * the first message, is documented (for SageMaker's endpoints); to how many it then grows is not.
 */
export const capacityOnTarget = (inService: number, metric: number, target: number): number =>
  Math.max(0, Math.ceil((Math.max(1, inService) * metric) / target - 1e-9));

interface Count {
  readonly above: number;
  readonly below: number;
}

/** Target tracking, one evaluation at a time. How long a metric was off target is not remembered over a stop. */
export class TargetTracking {
  readonly #groups: Groups;
  readonly #counts = new Map<string, Count>();

  constructor(groups: Groups) {
    this.#groups = groups;
  }

  /** What the group's capacity should be now; to be asked once an evaluation. */
  desired(group: Group): number {
    const { settings } = this.#groups;
    const policies = group.policies.filter(({ enabled }) => enabled);
    if (group.deleting || policies.length === 0) return group.desired;
    const inService = group.members.filter(({ state }) => state === 'InService').length;
    const seen = policies.map((policy) => {
      const metric = readQueries(this.#groups, group, policy.queries);
      const count = this.#count(policy, metric);
      const capacity = metric === undefined ? inService : capacityOnTarget(inService, metric, policy.targetValue);
      return { policy, count, capacity };
    });
    const out = seen.filter(({ count }) => count.above >= settings.scaleOutEvaluations);
    // The policy that asks for most wins, and it scales in only when all that may agree.
    if (out.length > 0) {
      const most = Math.min(group.maxSize, Math.max(...out.map(({ capacity }) => capacity)));
      return Math.max(group.desired, most);
    }
    const shrinking = seen.filter(({ policy }) => !policy.disableScaleIn);
    if (shrinking.length === 0 || this.#isWarmingUp(group)) return group.desired;
    if (!shrinking.every(({ count }) => count.below >= settings.scaleInEvaluations)) return group.desired;
    const least = Math.max(group.minSize, ...shrinking.map(({ capacity }) => capacity));
    return Math.min(group.desired, least);
  }

  #count({ arn, targetValue }: Policy, metric: number | undefined): Count {
    const before = this.#counts.get(arn) ?? { above: 0, below: 0 };
    const count = {
      above: metric !== undefined && metric > targetValue ? before.above + 1 : 0,
      below: metric !== undefined && metric < targetValue * SCALE_IN_BELOW ? before.below + 1 : 0,
    };
    this.#counts.set(arn, count);
    return count;
  }

  /** While instances start or warm up, nothing is taken away. */
  #isWarmingUp(group: Group): boolean {
    const { now, settings } = this.#groups;
    const ofGroup = group.defaultWarmup ?? group.defaultCooldown;
    const seconds = Math.max(...group.policies.map(({ estimatedWarmup }) => estimatedWarmup ?? ofGroup));
    const warmupMs = (seconds / 60) * settings.evaluationMs;
    return group.members.some(
      ({ state, inServiceAt = now }) => state === 'Pending' || (state === 'InService' && now < inServiceAt + warmupMs),
    );
  }
}
