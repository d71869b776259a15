import { z } from 'zod';
import { bool, int, text, texts } from '../ec2/schema.ts';
import { operation } from '../kernel/service.ts';
import { anywhere, type Groups, invalid, onGroup } from './groups.ts';
import { pageOf } from './paging.ts';
import { readConfiguration, targetTrackingConfiguration } from './policy-input.ts';
import type { Group, Metric, MetricQuery, Policy } from './records.ts';

export const putScalingPolicy = (groups: Groups) =>
  operation({
    name: 'PutScalingPolicy',
    input: z.strictObject({
      AutoScalingGroupName: text,
      PolicyName: text.min(1).max(255),
      PolicyType: z.literal('TargetTrackingScaling'),
      EstimatedInstanceWarmup: int.optional(),
      Enabled: bool.default(true),
      TargetTrackingConfiguration: targetTrackingConfiguration,
    }),
    access: (input, call) => [onGroup('PutScalingPolicy', groups.find(call, input.AutoScalingGroupName))],
    run(input, call) {
      const { PolicyName: name, EstimatedInstanceWarmup: warmup } = input;
      const group = groups.find(call, input.AutoScalingGroupName);
      const before = group.policies.find((policy) => policy.name === name);
      const arn =
        before?.arn ??
        `arn:aws:autoscaling:${call.region}:${call.accountId}:scalingPolicy:${groups.newId()}:autoScalingGroupName/${group.name}:policyName/${name}`;
      const policy: Policy = {
        name,
        arn,
        enabled: input.Enabled,
        ...(warmup !== undefined && { estimatedWarmup: warmup }),
        ...readConfiguration(groups, group, input.TargetTrackingConfiguration),
      };
      const others = group.policies.filter((one) => one !== before);
      groups.order(group, { policies: [...others, policy].sort((a, b) => (a.name < b.name ? -1 : 1)) });
      return { PolicyARN: arn, ...NO_ALARMS };
    },
  });

/** On AWS a policy makes two alarms. Here it looks at the metrics itself, and there are none. */
const NO_ALARMS = { Alarms: { member: [] } };

export const describePolicies = (groups: Groups) =>
  operation({
    name: 'DescribePolicies',
    input: z.strictObject({
      AutoScalingGroupName: text.optional(),
      PolicyNames: texts.optional(),
      PolicyTypes: texts.optional(),
      MaxRecords: int.optional(),
      NextToken: text.optional(),
    }),
    access: () => [anywhere('DescribePolicies')],
    run(input, call) {
      const { AutoScalingGroupName: name, PolicyNames: names, PolicyTypes: types } = input;
      const asked = name === undefined ? groups.in(call) : [groups.find(call, name)];
      const rows = asked
        .flatMap((group) => group.policies.map((policy) => ({ group, policy })))
        .filter(({ policy }) => names?.some((one) => one === policy.name || one === policy.arn) ?? true)
        .filter(() => types?.includes('TargetTrackingScaling') ?? true);
      const { page, NextToken } = pageOf(rows, ({ policy }) => policy.arn, input);
      return { ScalingPolicies: { member: page.map(({ group, policy }) => policyXml(group, policy)) }, NextToken };
    },
  });

export const deletePolicy = (groups: Groups) =>
  operation({
    name: 'DeletePolicy',
    input: z.strictObject({ AutoScalingGroupName: text.optional(), PolicyName: text }),
    access: (input, call) => [onGroup('DeletePolicy', holder(groups, call, input))],
    run(input, call) {
      const group = holder(groups, call, input);
      const policies = group.policies.filter(({ name, arn }) => name !== input.PolicyName && arn !== input.PolicyName);
      groups.order(group, { policies });
      return {};
    },
  });

/** The group of a policy, which is named by its ARN, or by its name and the group's. */
const holder = (
  groups: Groups,
  call: Parameters<Groups['in']>[0],
  { AutoScalingGroupName: name, PolicyName: policy }: { AutoScalingGroupName?: string | undefined; PolicyName: string },
): Group => {
  const group = name === undefined ? undefined : groups.find(call, name);
  const found = (group ? [group] : groups.in(call)).find(({ policies }) =>
    policies.some((one) => one.arn === policy || (group && one.name === policy)),
  );
  if (!found) throw invalid(`There is no policy ${policy}.`);
  return found;
};

const policyXml = (group: Group, policy: Policy) => ({
  AutoScalingGroupName: group.name,
  PolicyName: policy.name,
  PolicyARN: policy.arn,
  PolicyType: 'TargetTrackingScaling',
  EstimatedInstanceWarmup: policy.estimatedWarmup,
  Enabled: policy.enabled,
  ...NO_ALARMS,
  TargetTrackingConfiguration: {
    TargetValue: policy.targetValue,
    DisableScaleIn: policy.disableScaleIn,
    CustomizedMetricSpecification: specificationXml(policy.queries),
  },
});

const specificationXml = (queries: readonly MetricQuery[]) => {
  const [plain] = queries;
  if (plain?.id === '' && plain.metric)
    return { ...metricXml(plain.metric), Statistic: plain.stat, Unit: plain.unit, Period: plain.period };
  return {
    Metrics: {
      member: queries.map(({ id, expression, metric, stat, unit, label, period, returnData }) => ({
        Id: id,
        Expression: expression,
        MetricStat: metric && { Metric: metricXml(metric), Stat: stat, Unit: unit, Period: period },
        Label: label,
        Period: metric ? undefined : period,
        ReturnData: returnData,
      })),
    },
  };
};

const metricXml = ({ namespace, name, dimensions }: Metric) => ({
  Namespace: namespace,
  MetricName: name,
  Dimensions: { member: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })) },
});
