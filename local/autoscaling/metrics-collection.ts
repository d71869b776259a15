import { z } from 'zod';
import { text, texts } from '../ec2/schema.ts';
import { operation } from '../kernel/service.ts';
import { type Groups, invalid, onGroup } from './groups.ts';
import { GROUP_METRICS } from './metrics.ts';

const known = (names: readonly string[] | undefined): readonly string[] => {
  for (const name of names ?? [])
    if (!GROUP_METRICS[name]) throw invalid(`${name} is not a metric of the local cloud.`);
  return names ?? Object.keys(GROUP_METRICS);
};

/** Without it, a group has no metrics of its own (`AWS/AutoScaling`), and what reads them sees no data. */
export const enableMetricsCollection = (groups: Groups) =>
  operation({
    name: 'EnableMetricsCollection',
    input: z.strictObject({
      AutoScalingGroupName: text,
      Metrics: texts.optional(),
      Granularity: z.literal('1Minute'),
    }),
    access: (input, call) => [onGroup('EnableMetricsCollection', groups.find(call, input.AutoScalingGroupName))],
    run({ AutoScalingGroupName, Metrics }, call) {
      const group = groups.find(call, AutoScalingGroupName);
      groups.order(group, { enabledMetrics: [...new Set([...group.enabledMetrics, ...known(Metrics)])] });
      return {};
    },
  });

export const disableMetricsCollection = (groups: Groups) =>
  operation({
    name: 'DisableMetricsCollection',
    input: z.strictObject({ AutoScalingGroupName: text, Metrics: texts.optional() }),
    access: (input, call) => [onGroup('DisableMetricsCollection', groups.find(call, input.AutoScalingGroupName))],
    run({ AutoScalingGroupName, Metrics }, call) {
      const group = groups.find(call, AutoScalingGroupName);
      const gone = known(Metrics);
      groups.order(group, { enabledMetrics: group.enabledMetrics.filter((name) => !gone.includes(name)) });
      return {};
    },
  });
