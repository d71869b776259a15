import type { Ec2 } from '../ec2/ec2.ts';
import type { InstanceStateName } from '../ec2/records.ts';
import { begin, end } from './activities.ts';
import type { Activity, Group, Member } from './records.ts';

export interface Moment {
  readonly now: number;
  newId(): string;
  /** When to try again what failed, ms since 1970. */
  readonly retryAt: number;
}

/** A member that is to go: from now on it counts no more. The engine terminates its instance. */
export const dismiss = (group: Group, id: string, cause: string, at: Moment): Group => {
  const activity: Activity = {
    id: at.newId(),
    description: `Terminating EC2 instance: ${id}`,
    cause: `At ${new Date(at.now).toISOString()} ${cause}`,
    startedAt: at.now,
    status: 'InProgress',
  };
  const members = group.members.map(
    (member): Member => (member.id === id ? { ...member, state: 'Terminating', activityId: activity.id } : member),
  );
  return { ...group, members, activities: begin(group, activity) };
};

/** What has become of the members' instances in EC2. */
export const followInstances = (ec2: Ec2, group: Group, at: Moment): Group =>
  group.members.reduce((before, { id }) => follow(before, id, ec2.instances.get(id)?.state ?? 'terminated', at), group);

const follow = (group: Group, id: string, state: InstanceStateName, at: Moment): Group => {
  const member = group.members.find((one) => one.id === id);
  if (!member) return group;
  const without = group.members.filter((one) => one !== member);
  const over = state === 'terminated' || state === 'shutting-down';
  switch (member.state) {
    case 'Terminating':
      if (state !== 'terminated') return group;
      return { ...group, members: without, activities: end(group.activities, member.activityId, at.now) };
    case 'Pending':
      if (over) {
        const why = 'Instance became unhealthy while waiting for instance to be in InService state.';
        const activities = end(group.activities, member.activityId, at.now, 'Failed', why);
        return { ...group, members: without, activities, retryAt: at.retryAt };
      }
      if (state !== 'running') return state === 'pending' ? group : unhealthy(group, member, at);
      return {
        ...group,
        members: group.members.map(
          (one): Member => (one === member ? { ...one, state: 'InService', inServiceAt: at.now } : one),
        ),
        activities: end(group.activities, member.activityId, at.now),
      };
    case 'InService':
      return state === 'running' ? group : unhealthy(group, member, at);
  }
};

const unhealthy = (group: Group, { id }: Member, at: Moment): Group => {
  const members = group.members.map((one): Member => (one.id === id ? { ...one, health: 'Unhealthy' } : one));
  const cause =
    'an instance was taken out of service in response to an EC2 health check indicating it has been terminated or stopped.';
  return dismiss({ ...group, members }, id, cause, at);
};

export const active = (group: Group): readonly Member[] => group.members.filter(({ state }) => state !== 'Terminating');

/**
 * Which member goes when there is one too many: of the zone with most, the one that the termination policies name. None
 * if all are protected.
 */
export const surplusMember = (group: Group): Member | undefined => {
  const candidates = active(group).filter((member) => group.deleting || !member.protected);
  const inZone = (zone: string): number => active(group).filter((member) => member.zone === zone).length;
  const most = Math.max(...candidates.map(({ zone }) => inZone(zone)));
  const [policy = 'Default'] = group.terminationPolicies;
  const age = (a: Member, b: Member): number => a.launchedAt - b.launchedAt || (a.id < b.id ? -1 : 1);
  const version = (a: Member, b: Member): number => Number(a.template.version) - Number(b.template.version);
  const order = {
    Default: (a: Member, b: Member) => version(a, b) || age(a, b),
    OldestInstance: age,
    NewestInstance: (a: Member, b: Member) => age(b, a),
  }[policy];
  return candidates.filter(({ zone }) => inZone(zone) === most).sort(order ?? age)[0];
};
