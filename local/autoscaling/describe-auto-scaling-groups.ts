import { z } from 'zod';
import { bool, int, text, texts } from '../ec2/schema.ts';
import { zonesOf } from '../ec2/zones.ts';
import { operation } from '../kernel/service.ts';
import { anywhere, type Groups, invalid } from './groups.ts';
import { pageOf } from './paging.ts';
import type { Group, Member, TemplateUse } from './records.ts';
import { tagXml } from './tags.ts';

const filters = z.array(z.strictObject({ Name: text, Values: texts.optional() }));

export const describeAutoScalingGroups = (groups: Groups) =>
  operation({
    name: 'DescribeAutoScalingGroups',
    input: z.strictObject({
      AutoScalingGroupNames: texts.optional(),
      IncludeInstances: bool.default(true),
      Filters: filters.optional(),
      MaxRecords: int.optional(),
      NextToken: text.optional(),
    }),
    access: () => [anywhere('DescribeAutoScalingGroups')],
    run(input, call) {
      const { AutoScalingGroupNames: names } = input;
      const wanted = groups
        .in(call)
        .filter(({ name }) => names?.includes(name) ?? true)
        .filter(passes(input.Filters ?? []));
      const { page, NextToken } = pageOf(wanted, ({ name }) => name, input);
      return { AutoScalingGroups: { member: page.map((group) => groupXml(group, input.IncludeInstances)) }, NextToken };
    },
  });

/** All filters, any value of each: `tag-key`, `tag-value`, `tag:<key>`. */
const passes = (wanted: z.output<typeof filters>): ((group: Group) => boolean) => {
  const tests = wanted.map(({ Name, Values = [] }) => {
    if (Name === 'tag-key') return ({ tags }: Group) => Values.some((value) => Object.hasOwn(tags, value));
    if (Name === 'tag-value')
      return ({ tags }: Group) => Object.values(tags).some(({ value }) => Values.includes(value));
    if (!Name.startsWith('tag:')) throw invalid(`Filter type ${Name} is not correct.`);
    const key = Name.slice(4);
    return ({ tags }: Group) => Object.hasOwn(tags, key) && Values.includes(tags[key]?.value ?? '');
  });
  return (group) => tests.every((test) => test(group));
};

const groupXml = (group: Group, withInstances: boolean) => ({
  AutoScalingGroupName: group.name,
  AutoScalingGroupARN: group.arn,
  LaunchTemplate: templateXml(group.template),
  MinSize: group.minSize,
  MaxSize: group.maxSize,
  DesiredCapacity: group.desired,
  DefaultCooldown: group.defaultCooldown,
  DefaultInstanceWarmup: group.defaultWarmup,
  AvailabilityZones: { member: group.zones },
  VPCZoneIdentifier: group.subnetIds.length > 0 ? group.subnetIds.join(',') : undefined,
  LoadBalancerNames: { member: [] },
  TargetGroupARNs: { member: [] },
  HealthCheckType: 'EC2',
  HealthCheckGracePeriod: group.healthCheckGracePeriod,
  Instances: { member: withInstances ? group.members.map((member) => memberXml(group, member)) : [] },
  CreatedTime: new Date(group.createdAt),
  SuspendedProcesses: { member: [] },
  EnabledMetrics: { member: group.enabledMetrics.map((Metric) => ({ Metric, Granularity: '1Minute' })) },
  Status: group.deleting ? 'Delete in progress' : undefined,
  Tags: { member: Object.entries(group.tags).map(([key, tag]) => tagXml(group, key, tag)) },
  TerminationPolicies: { member: group.terminationPolicies },
  NewInstancesProtectedFromScaleIn: group.protectNew,
  Context: group.context,
});

const templateXml = ({ id, name, version }: TemplateUse) => ({
  LaunchTemplateId: id,
  LaunchTemplateName: name,
  Version: version,
});

/** An instance as the groups and as DescribeAutoScalingInstances show it. */
export const memberXml = ({ region }: Group, member: Member) => ({
  InstanceId: member.id,
  InstanceType: member.instanceType,
  ImageId: member.imageId,
  AvailabilityZone: member.zone,
  AvailabilityZoneId: zonesOf(region).find(({ name }) => name === member.zone)?.zoneId,
  LifecycleState: member.state,
  HealthStatus: member.health,
  LaunchTemplate: templateXml(member.template),
  ProtectedFromScaleIn: member.protected,
});
