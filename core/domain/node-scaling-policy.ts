/**
 * How many orders there are for each node, as CloudWatch's metric math: visible and in flight, of both queues. In the
 * form that both Auto Scaling's API and CloudFormation take.
 *
 * SQS stops reporting a queue that nobody has used for six hours, and may take up to 15 minutes to begin again; the
 * control plane looks at the queues' depth every minute, which counts as use.
 *
 * A group of none has nothing to divide by, and a policy does something only above its target: fewer orders than one
 * node's worth would wait for ever. So there each order, be it the only one, brings the metric just above the target.
 */
import type { ServiceHypervisor } from './hypervisor.ts';

export interface MetricQuery {
  readonly Id: string;
  readonly Expression?: string;
  readonly MetricStat?: {
    readonly Metric: {
      readonly Namespace: string;
      readonly MetricName: string;
      readonly Dimensions: { readonly Name: string; readonly Value: string }[];
    };
    readonly Stat: string;
  };
  readonly ReturnData: boolean;
}

const VISIBLE = 'ApproximateNumberOfMessagesVisible';
const IN_FLIGHT = 'ApproximateNumberOfMessagesNotVisible';

export const ordersPerNode = (
  queues: ServiceHypervisor['queues'],
  autoScalingGroupName: string,
  target: number,
): MetricQuery[] => {
  const messages = (id: string, url: string, MetricName: string): MetricQuery =>
    metric(id, 'AWS/SQS', MetricName, 'QueueName', queueName(url));
  return [
    messages('restoresVisible', queues.restores, VISIBLE),
    messages('restoresInFlight', queues.restores, IN_FLIGHT),
    messages('workVisible', queues.work, VISIBLE),
    messages('workInFlight', queues.work, IN_FLIGHT),
    metric('inService', 'AWS/AutoScaling', 'GroupInServiceInstances', 'AutoScalingGroupName', autoScalingGroupName),
    math(
      'orders',
      'FILL(restoresVisible, 0) + FILL(restoresInFlight, 0) + FILL(workVisible, 0) + FILL(workInFlight, 0)',
    ),
    math('nodes', 'FILL(inService, 0)'),
    math('fromNone', `IF(orders > ${target}, orders, IF(orders > 0, ${target}.000000001, 0))`),
    { ...math('ordersPerNode', 'IF(nodes > 0, orders / nodes, fromNone)'), ReturnData: true },
  ];
};

const math = (Id: string, Expression: string): MetricQuery => ({ Id, Expression, ReturnData: false });

const metric = (Id: string, Namespace: string, MetricName: string, Name: string, Value: string): MetricQuery => ({
  Id,
  MetricStat: { Metric: { Namespace, MetricName, Dimensions: [{ Name, Value }] }, Stat: 'Maximum' },
  ReturnData: false,
});

/** The last part of a queue's URL. */
export const queueName = (url: string): string => url.slice(url.lastIndexOf('/') + 1);
