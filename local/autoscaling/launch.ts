import { ec2Of } from '../ec2/ec2.ts';
import { networkOf } from '../ec2/network.ts';
import { AwsError } from '../kernel/errors.ts';
import type { Principal } from '../kernel/service.ts';
import { begin } from './activities.ts';
import { launchPlaceInput } from './group-input.ts';
import type { Groups } from './groups.ts';
import { active } from './members.ts';
import type { Activity, Group, Member } from './records.ts';

/**
 * As whom Auto Scaling launches and terminates: the account, under the name of its service-linked role. On AWS that
 * role's own policy says what it may do; here it may do all (and needs no grant on a key of the account's own).
 */
export const serviceLinkedRole = (accountId: string): Principal => ({
  kind: 'root',
  accountId,
  arn: `arn:aws:sts::${accountId}:assumed-role/AWSServiceRoleForAutoScaling/AutoScaling`,
  roleArn: `arn:aws:iam::${accountId}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling`,
  userId: accountId,
  viaService: 'autoscaling',
});

/** The zone with the fewest members, and its first subnet of the group's. */
export const nextPlace = (group: Group): { readonly zone: string; readonly subnetId?: string } => {
  const members = active(group);
  const countIn = (zone: string): number => members.filter((member) => member.zone === zone).length;
  const zone = [...group.zones].sort((a, b) => countIn(a) - countIn(b))[0] ?? '';
  const subnet = networkOf(group).subnets.find((one) => one.zone === zone && group.subnetIds.includes(one.id));
  return { zone, ...(subnet && { subnetId: subnet.id }) };
};

/** Does the launch that the group has begun; once, if it is asked for again. Throws what RunInstances throws. */
export const launchInstance = async (
  groups: Groups,
  group: Group,
  launching: NonNullable<Group['launching']>,
): Promise<Member> => {
  const ec2 = ec2Of(groups.kernel);
  // The group may have changed since the first try: the token would then be refused for another request.
  const before = [...ec2.instances.in(group.accountId, group.region)].find(
    ({ clientToken }) => clientToken === launching.token,
  );
  const instance = before ?? ec2.instances.get(await runInstance(groups, group, launching));
  if (!instance) throw new Error(`an instance of ${group.name} is gone as soon as it was launched`);
  return {
    id: instance.id,
    zone: instance.zone,
    instanceType: instance.instanceType,
    imageId: instance.imageId,
    template: { ...group.template, version: instance.tags['aws:ec2launchtemplate:version'] ?? group.template.version },
    state: 'Pending',
    health: 'Healthy',
    protected: group.protectNew,
    launchedAt: instance.createdAt,
    activityId: launching.token,
  };
};

const runInstance = async (
  groups: Groups,
  group: Group,
  launching: NonNullable<Group['launching']>,
): Promise<string> => {
  const template = { LaunchTemplateId: group.template.id, Version: group.template.version };
  const propagated = Object.entries(group.tags).filter(([, { propagate }]) => propagate);
  const tags = [
    ...propagated.map(([Key, { value }]) => ({ Key, Value: value })),
    { Key: 'aws:autoscaling:groupName', Value: group.name },
  ];
  const answer = await groups.kernel.call(serviceLinkedRole(group.accountId), group.region, 'ec2', 'RunInstances', {
    MinCount: '1',
    MaxCount: '1',
    ClientToken: launching.token,
    LaunchTemplate: template,
    TagSpecification: [{ ResourceType: 'instance', Tag: tags }],
    ...launchPlaceInput(groups, group, template, launching.zone, launching.subnetId),
  });
  return launchedId(answer);
};

const launchedId = (answer: unknown): string => {
  const { instancesSet } = answer as { instancesSet: { item: readonly { instanceId: string }[] } };
  return instancesSet.item[0]?.instanceId ?? '';
};

/** The group with the launched member, or with the launch that failed. */
export const launched = (
  group: Group,
  launching: NonNullable<Group['launching']>,
  startedAt: number,
  member: Member,
): Group => {
  const { launching: _, ...rest } = group;
  const activity: Activity = {
    id: launching.token,
    description: `Launching a new EC2 instance: ${member.id}`,
    cause: launching.cause,
    startedAt,
    status: 'InProgress',
  };
  return { ...rest, members: [...group.members, member], activities: begin(group, activity) };
};

export const launchFailed = (
  group: Group,
  launching: NonNullable<Group['launching']>,
  at: { readonly now: number; readonly retryAt: number },
  error: unknown,
): Group => {
  if (!(error instanceof AwsError)) throw error;
  // It may have been launched all the same: the next try has the same token, and so finds it.
  if (error.status >= 500) return { ...group, retryAt: at.retryAt };
  const { launching: _, ...rest } = group;
  const activity: Activity = {
    id: launching.token,
    description: `Launching a new EC2 instance.  Status Reason: ${error.message}`,
    cause: launching.cause,
    startedAt: at.now,
    endedAt: at.now,
    status: 'Failed',
    message: `${error.message} Launching EC2 instance failed.`,
  };
  return { ...rest, activities: begin(group, activity), retryAt: at.retryAt };
};
