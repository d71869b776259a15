import type { Message } from '../sqs/messages.ts';
import { type Queue, queueArn } from '../sqs/queues.ts';
import type { Groups } from './groups.ts';
import { evaluateExpression, type MetricValue } from './metric-expressions.ts';
import type { Group, Metric, MetricQuery } from './records.ts';

type Read = (groups: Groups, place: Pick<Group, 'accountId' | 'region'>, metric: Metric) => number | undefined;

/** How many messages of a queue are in a state; no data if there is no such queue. */
const messages =
  (counts: (message: Message, now: number) => boolean): Read =>
  ({ kernel, now }, { accountId, region }, { dimensions }) => {
    const arn = queueArn(region, accountId, dimensions.QueueName ?? '');
    if (!kernel.store.table<Queue>('sqs.queues').get(arn)) return undefined;
    let count = 0;
    // SQS writes each change of a message to its table; a call of its API would show in the trail, as on AWS it does not.
    for (const { value } of kernel.store.table<Message>('sqs.messages').entries(`${arn}/`))
      if (counts(value, now)) count++;
    return count;
  };

/** A group's own metric; no data unless the group collects it. */
const ofGroup =
  (read: (group: Group) => number): Read =>
  (groups, place, { name, dimensions }) => {
    const group = groups.named(place, dimensions.AutoScalingGroupName ?? '');
    return group?.enabledMetrics.includes(name) ? read(group) : undefined;
  };

const inState =
  (state: string) =>
  ({ members }: Group): number =>
    members.filter((member) => member.state === state).length;

export const GROUP_METRICS: Readonly<Record<string, Read>> = {
  GroupMinSize: ofGroup(({ minSize }) => minSize),
  GroupMaxSize: ofGroup(({ maxSize }) => maxSize),
  GroupDesiredCapacity: ofGroup(({ desired }) => desired),
  GroupInServiceInstances: ofGroup(inState('InService')),
  GroupPendingInstances: ofGroup(inState('Pending')),
  GroupTerminatingInstances: ofGroup(inState('Terminating')),
  GroupTotalInstances: ofGroup(({ members }) => members.length),
};

const METRICS: Readonly<Record<string, Readonly<Record<string, Read>>>> = {
  'AWS/SQS': {
    ApproximateNumberOfMessagesVisible: messages(({ visibleAt }, now) => visibleAt <= now),
    ApproximateNumberOfMessagesNotVisible: messages(
      ({ visibleAt, receiveCount }, now) => visibleAt > now && receiveCount > 0,
    ),
    ApproximateNumberOfMessagesDelayed: messages(
      ({ visibleAt, receiveCount }, now) => visibleAt > now && receiveCount === 0,
    ),
  },
  'AWS/AutoScaling': GROUP_METRICS,
};

const DIMENSIONS: Readonly<Record<string, string>> = {
  'AWS/SQS': 'QueueName',
  'AWS/AutoScaling': 'AutoScalingGroupName',
};

/** Throws RangeError, naming it, on a metric that the local cloud does not have. */
export const checkMetric = ({ namespace, name, dimensions }: Metric): void => {
  if (!METRICS[namespace]?.[name])
    throw new RangeError(`The local cloud does not have the metric ${namespace} ${name}.`);
  const wanted = DIMENSIONS[namespace];
  const [given, ...others] = Object.keys(dimensions);
  if (given !== wanted || others.length > 0)
    throw new RangeError(`The metric ${namespace} ${name} has the dimension ${wanted}.`);
};

/** The one value that the queries return now, or undefined if there is no data. Throws SyntaxError. */
export const readQueries = (
  groups: Groups,
  place: Pick<Group, 'accountId' | 'region'>,
  queries: readonly MetricQuery[],
): number | undefined => {
  const value = valueFor(
    queries.find(({ returnData }) => returnData),
    [],
  );
  return typeof value === 'object' ? undefined : value;

  function valueFor(query: MetricQuery | undefined, within: readonly string[]): MetricValue {
    if (!query) throw new SyntaxError('no query returns data');
    if (query.metric) return METRICS[query.metric.namespace]?.[query.metric.name]?.(groups, place, query.metric);
    if (within.includes(query.id)) throw new SyntaxError(`the query ${query.id} refers to itself`);
    return evaluateExpression(query.expression ?? '', (id) => {
      const other = queries.find((one) => one.id === id);
      if (!other) throw new SyntaxError(`there is no query ${id}`);
      return valueFor(other, [...within, query.id]);
    });
  }
};
