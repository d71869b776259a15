import { Deliveries } from '../kernel/deliveries.ts';
import type { ServiceFactory } from '../kernel/service.ts';
import { publish } from './publish.ts';
import { listSubscriptionsByTopic, subscribe, unsubscribe } from './subscriptions.ts';
import { createTopic, deleteTopic, getTopicAttributes, setTopicAttributes } from './topic-operations.ts';
import { Topics } from './topics.ts';

/** SNS: standard topics, delivered to queues. */
export const createSns: ServiceFactory = (kernel) => {
  const topics = new Topics(kernel);
  const deliveries = new Deliveries(kernel, 'sns.deliveries');
  return {
    name: 'sns',
    protocol: 'aws-query',
    eventSource: 'sns.amazonaws.com',
    xmlNamespace: 'http://sns.amazonaws.com/doc/2010-03-31/',
    operations: [
      createTopic(topics),
      deleteTopic(topics),
      getTopicAttributes(topics),
      setTopicAttributes(topics),
      subscribe(topics),
      unsubscribe(topics),
      listSubscriptionsByTopic(topics),
      publish(topics, deliveries),
    ],
    start: () => deliveries.resume(),
    stop: () => deliveries.stop(),
  };
};
