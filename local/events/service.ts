import { randomUUID } from 'node:crypto';
import { Deliveries, type ServiceCall } from '../kernel/deliveries.ts';
import type { LocalEvent, ServiceFactory } from '../kernel/service.ts';
import { createPutEvents } from './put-events.ts';
import { inputFor, matchingRules, type Rule, ruleArn } from './rules.ts';

export { putRule } from './rules.ts';

/** The event as JSON text for the target, by the call that hands it over. */
const callOf = (rule: Rule, event: object): ServiceCall => {
  const { accountId, region, targetArn } = rule;
  const from = { servicePrincipal: 'events.amazonaws.com', sourceArn: ruleArn(rule), accountId, region };
  const text = inputFor(rule, event);
  return targetArn.startsWith('arn:aws:sns:')
    ? // AWS: "You can't use Condition blocks in Amazon SNS topic policies for EventBridge", nor source keys in the key's.
      {
        ...from,
        hidesSource: true,
        service: 'sns',
        operation: 'Publish',
        input: { TopicArn: targetArn, Message: text },
      }
    : {
        ...from,
        service: 'lambda',
        operation: 'Invoke',
        input: { FunctionName: targetArn, InvocationType: 'Event', Payload: text },
      };
};

const inputOf = ({ service, input }: ServiceCall): unknown =>
  service === 'lambda' ? { ...input, Payload: Buffer.from(String(input.Payload)) } : input;

/** EventBridge's default buses: rules from events, other services' and one's own, to functions and topics. */
export const createEvents: ServiceFactory = (kernel) => {
  const deliveries = new Deliveries(kernel, 'events.deliveries', inputOf);
  const route = (event: LocalEvent, id: string): void => {
    const whole = { version: '0', id, ...event };
    for (const rule of matchingRules(kernel, event)) deliveries.accept(callOf(rule, whole));
  };
  const stopListening = kernel.onEvent((event) => route(event, randomUUID()));
  return {
    name: 'events',
    protocol: 'aws-json',
    eventSource: 'events.amazonaws.com',
    target: 'AWSEvents',
    operations: [createPutEvents(kernel, route)],
    start: () => deliveries.resume(),
    stop() {
      stopListening();
      deliveries.stop();
    },
  };
};
