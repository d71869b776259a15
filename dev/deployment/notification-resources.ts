/** Topics, rules and alarms, as CloudFormation has them. The local cloud raises no alarm: they are checked and kept. */
import { z } from 'zod';
import type { Cloud } from '../../local/cloud.ts';
import { putRule } from '../../local/events/rules.ts';
import { asRoot, type Maker } from './stack.ts';

export const topic: Maker = async (stack, { TopicName, DisplayName, KmsMasterKeyId }) => {
  const attributes = { DisplayName, KmsMasterKeyId };
  const entry = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [{ key, value: String(value) }],
  );
  const { TopicArn } = (await asRoot(stack, 'sns', 'CreateTopic', { Name: TopicName, Attributes: { entry } })) as {
    TopicArn: string;
  };
  return { ref: TopicArn, attributes: { TopicArn, TopicName: String(TopicName) } };
};

export const topicPolicy: Maker = async (stack, { Topics, PolicyDocument }) => {
  for (const TopicArn of Topics as readonly string[]) {
    await asRoot(stack, 'sns', 'SetTopicAttributes', {
      TopicArn,
      AttributeName: 'Policy',
      AttributeValue: JSON.stringify(PolicyDocument),
    });
  }
  return { ref: (Topics as readonly string[]).join(','), attributes: {} };
};

const Targets = z
  .array(z.strictObject({ Id: z.string(), Arn: z.string(), InputPath: z.string().optional() }))
  .length(1);

export const eventRule: Maker = ({ cloud, place }, { Name, EventPattern, Targets: given }) => {
  const [target] = Targets.parse(given);
  if (!target) throw new Error(`the local deployment makes rules with one target: ${String(Name)}`);
  const arn = putRule(cloud.kernel, {
    accountId: place.accountId,
    region: place.region,
    name: String(Name),
    eventPattern: EventPattern as never,
    targetArn: target.Arn,
    ...(target.InputPath === undefined ? {} : { inputPath: target.InputPath }),
  });
  return { ref: String(Name), attributes: { Arn: arn } };
};

const DAY_SECONDS = 86_400;

/** What CloudWatch would refuse, and what it would take silently: missing data that nobody has thought of. */
export const Alarm = z
  .strictObject({
    AlarmName: z.string().min(1).max(255),
    AlarmDescription: z.string().min(1).max(1_024),
    /** Ours, or AWS's own of a queue or a rule. */
    Namespace: z.string().regex(/^(AWS\/(SQS|Events)|(?!AWS\/)[\w./#:-]{1,255})$/),
    MetricName: z.string().min(1).max(255),
    Dimensions: z.array(z.strictObject({ Name: z.string(), Value: z.string() })).max(30),
    Statistic: z.enum(['Average', 'Maximum', 'Minimum', 'SampleCount', 'Sum']),
    Period: z.int().refine((seconds) => seconds % 60 === 0 && seconds > 0, 'must be whole minutes'),
    EvaluationPeriods: z.int().min(1),
    DatapointsToAlarm: z.int().min(1),
    Threshold: z.number(),
    ComparisonOperator: z.enum([
      'GreaterThanOrEqualToThreshold',
      'GreaterThanThreshold',
      'LessThanOrEqualToThreshold',
      'LessThanThreshold',
    ]),
    TreatMissingData: z.enum(['breaching', 'notBreaching', 'ignore', 'missing']),
    AlarmActions: z.array(z.string().startsWith('arn:aws:sns:')).min(1).max(5),
    OKActions: z.array(z.string().startsWith('arn:aws:sns:')).max(5),
  })
  .refine((it) => it.DatapointsToAlarm <= it.EvaluationPeriods, 'more data points than periods')
  .refine(
    (it) => it.Period * it.EvaluationPeriods <= (it.Period >= 3_600 ? 7 : 1) * DAY_SECONDS,
    'looks further back than CloudWatch does',
  );
export type Alarm = z.infer<typeof Alarm>;

const kept = (cloud: Cloud) => cloud.kernel.store.table<Alarm>('deployment.alarms');

export const ALARM_PROPERTIES = Object.keys(Alarm.shape);

export const alarm: Maker = ({ cloud, place }, properties) => {
  const parsed = Alarm.parse(properties);
  kept(cloud).put(parsed.AlarmName, parsed);
  const Arn = `arn:aws:cloudwatch:${place.region}:${place.accountId}:alarm:${parsed.AlarmName}`;
  return { ref: parsed.AlarmName, attributes: { Arn } };
};

/** Those that are deployed. */
export const alarmsOf = (cloud: Cloud): readonly Alarm[] => Array.from(kept(cloud).entries(), ({ value }) => value);

/** Shown by nothing here; that it can be read is checked. */
export const dashboard: Maker = (_stack, { DashboardName, DashboardBody }) => {
  JSON.parse(String(DashboardBody));
  return { ref: String(DashboardName), attributes: {} };
};
