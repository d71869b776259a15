import type { ServiceFactory } from '../kernel/service.ts';
import { Deliveries } from './deliveries.ts';
import { matchingRules } from './rules.ts';

export { putRule } from './rules.ts';

/** EventBridge's default buses: rules from events that other services emit to Lambda functions. */
export const createEvents: ServiceFactory = (kernel) => {
  const deliveries = new Deliveries(kernel);
  const stopListening = kernel.onEvent((event) => {
    for (const rule of matchingRules(kernel, event)) deliveries.accept(rule, event);
  });
  return {
    name: 'events',
    protocol: 'aws-json',
    eventSource: 'events.amazonaws.com',
    target: 'AWSEvents',
    operations: [],
    start: () => deliveries.resume(),
    stop() {
      stopListening();
      deliveries.stop();
    },
  };
};
