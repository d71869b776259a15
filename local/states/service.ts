import type { ServiceFactory } from '../kernel/service.ts';
import { activityOperations } from './api/activities.ts';
import { executionOperations } from './api/executions.ts';
import { historyOperations } from './api/history.ts';
import { mapRunOperations } from './api/map-runs.ts';
import { stateMachineOperations } from './api/state-machines.ts';
import { taskTokenOperations } from './api/task-tokens.ts';
import { StatesEngine } from './engine.ts';

/** Step Functions: state machines in the Amazon States Language with JSONata, run durably on the kernel's store. */
export const createStates: ServiceFactory = (kernel) => {
  const engine = new StatesEngine(kernel);
  return {
    name: 'states',
    protocol: 'aws-json',
    eventSource: 'states.amazonaws.com',
    target: 'AWSStepFunctions',
    operations: [
      ...stateMachineOperations(engine),
      ...executionOperations(engine),
      ...historyOperations(engine),
      ...mapRunOperations(engine),
      ...taskTokenOperations(engine),
      ...activityOperations(engine),
    ],
    start: () => engine.recover(),
    stop: () => engine.stop(),
  };
};
