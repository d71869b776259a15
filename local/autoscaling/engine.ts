import { ec2Of } from '../ec2/ec2.ts';
import type { Timer } from '../kernel/clock.ts';
import { AwsError } from '../kernel/errors.ts';
import type { LocalEvent } from '../kernel/service.ts';
import { end } from './activities.ts';
import { type Groups, keyOf } from './groups.ts';
import { launched, launchFailed, launchInstance, nextPlace, serviceLinkedRole } from './launch.ts';
import { active, dismiss, followInstances, type Moment, surplusMember } from './members.ts';
import type { Group, Member } from './records.ts';
import { TargetTracking } from './target-tracking.ts';

/** Keeps each group at its desired capacity, and moves that capacity as the policies say. */
export class Engine {
  readonly #groups: Groups;
  readonly #tracking: TargetTracking;
  readonly #running = new Map<string, Promise<void>>();
  readonly #again = new Set<string>();
  readonly #retries = new Map<string, Timer>();
  #tick: Timer | undefined;
  #unsubscribe: () => void = () => {};
  #stopped = false;

  constructor(groups: Groups) {
    this.#groups = groups;
    this.#tracking = new TargetTracking(groups);
    groups.wake = (key) => this.wake(key);
  }

  start(): void {
    this.#unsubscribe = this.#groups.kernel.onEvent((event) => this.#hear(event));
    for (const group of this.#groups.all()) this.wake(keyOf(group));
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#unsubscribe();
    this.#tick?.cancel();
    for (const timer of this.#retries.values()) timer.cancel();
    await Promise.all(this.#running.values());
  }

  /** Looks after a group; again afterwards if it is being looked after. */
  wake(key: string): void {
    if (this.#stopped) return;
    this.#armTick();
    if (this.#running.has(key)) {
      this.#again.add(key);
      return;
    }
    const run = this.#lookAfter(key)
      .catch((error: unknown) => console.error(`local cloud: Auto Scaling group ${key}:`, error))
      .finally(() => {
        this.#running.delete(key);
        if (this.#again.delete(key)) this.wake(key);
      });
    this.#running.set(key, run);
  }

  #hear(event: LocalEvent): void {
    if (event['detail-type'] !== 'EC2 Instance State-change Notification') return;
    const id = event.detail['instance-id'];
    for (const group of this.#groups.in({ accountId: event.account, region: event.region })) {
      if (group.members.some((member) => member.id === id)) this.wake(keyOf(group));
    }
  }

  async #lookAfter(key: string): Promise<void> {
    while (!this.#stopped) {
      const group = this.#groups.get(key);
      if (!group) return;
      const followed = followInstances(ec2Of(this.#groups.kernel), group, this.#moment());
      if (followed !== group) this.#groups.put(followed);
      if (!(await this.#step(followed))) return;
    }
  }

  /** Does one thing that the group needs. False if it needs none, or must wait. */
  async #step(group: Group): Promise<boolean> {
    const { kernel, now } = this.#groups;
    const key = keyOf(group);
    if (group.deleting && group.members.length === 0 && !group.launching) {
      this.#groups.delete(group);
      return false;
    }
    if (group.retryAt !== undefined && group.retryAt > now) {
      this.#retryAt(key, group.retryAt);
      return false;
    }
    if (group.launching) {
      await this.#launch(key, group, group.launching);
      return true;
    }
    const instances = ec2Of(kernel).instances;
    const going = group.members.find(({ id, state }) => {
      const is = instances.get(id)?.state;
      return state === 'Terminating' && is !== undefined && is !== 'shutting-down' && is !== 'terminated';
    });
    if (going) {
      await this.#terminate(key, group, going);
      return true;
    }
    const count = active(group).length;
    if (count < group.desired) {
      const cause = `At ${new Date(now).toISOString()} an instance was started in response to a difference between desired and actual capacity, increasing the capacity from ${count} to ${group.desired}.`;
      this.#groups.change(key, () => ({ launching: { token: this.#groups.newId(), cause, ...nextPlace(group) } }));
      return true;
    }
    const surplus = count > group.desired ? surplusMember(group) : undefined;
    if (!surplus) return false;
    const cause = `an instance was taken out of service in response to a difference between desired and actual capacity, shrinking the capacity from ${count} to ${group.desired}.`;
    this.#groups.put(dismiss(group, surplus.id, cause, this.#moment()));
    return true;
  }

  async #launch(key: string, group: Group, launching: NonNullable<Group['launching']>): Promise<void> {
    const { now } = this.#groups;
    const outcome = await launchInstance(this.#groups, group, launching).then(
      (member) => ({ member }),
      (error: unknown) => ({ error }),
    );
    // What else was changed meanwhile stays.
    const current = this.#groups.get(key);
    if (!current) return;
    this.#groups.put(
      'member' in outcome
        ? launched(current, launching, now, outcome.member)
        : launchFailed(current, launching, this.#moment(), outcome.error),
    );
  }

  async #terminate(key: string, group: Group, member: Member): Promise<void> {
    const as = serviceLinkedRole(group.accountId);
    const input = { InstanceId: [member.id] };
    try {
      await this.#groups.kernel.call(as, group.region, 'ec2', 'TerminateInstances', input);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      const { retryAt, now } = this.#moment();
      this.#groups.change(key, ({ activities }) => ({
        retryAt,
        activities: end(activities, member.activityId, now, 'Failed', error.message),
      }));
    }
  }

  #retryAt(key: string, time: number): void {
    if (this.#retries.has(key)) return;
    const timer = this.#groups.kernel.clock.at(time, () => {
      this.#retries.delete(key);
      this.wake(key);
    });
    this.#retries.set(key, timer);
  }

  /** Metrics are looked at only while there is a policy that asks for them. */
  #armTick(): void {
    if (this.#tick || this.#stopped || !this.#groups.all().some(({ policies }) => policies.length > 0)) return;
    const { kernel, now, settings } = this.#groups;
    this.#tick = kernel.clock.at(now + settings.evaluationMs, () => {
      this.#tick = undefined;
      if (this.#stopped) return;
      for (const group of this.#groups.all()) {
        const desired = this.#tracking.desired(group);
        if (desired !== group.desired) this.#groups.order(group, { desired });
      }
      this.#armTick();
    });
  }

  #moment(): Moment {
    const { now, settings } = this.#groups;
    return { now, newId: () => this.#groups.newId(), retryAt: now + settings.retryMs };
  }
}
