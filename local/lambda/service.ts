import type { ServiceFactory } from '../kernel/service.ts';
import { createAlias, deleteAlias } from './aliases.ts';
import { EventInvocations } from './event-invocations.ts';
import { FunctionLogs } from './function-log.ts';
import { deleteFunction, getFunction, getFunctionConfiguration, listFunctions } from './function-operations.ts';
import { Functions } from './functions.ts';
import { InstancePool } from './instance-pool.ts';
import { invoke } from './invoke.ts';

/** Lambda: functions in worker threads. They are deployed with `deployFunction`, not over the wire. */
export const createLambda: ServiceFactory = (kernel) => {
  const functions = new Functions(kernel);
  const logs = new FunctionLogs(kernel);
  const pool = new InstancePool(kernel, logs);
  const events = new EventInvocations(kernel, functions, pool, logs);
  return {
    name: 'lambda',
    protocol: 'rest-json',
    eventSource: 'lambda.amazonaws.com',
    operations: [
      invoke(functions, pool, events),
      getFunction(functions),
      getFunctionConfiguration(functions),
      listFunctions(functions),
      deleteFunction(functions),
      createAlias(kernel, functions),
      deleteAlias(functions),
    ],
    start: () => events.resume(),
    async stop() {
      events.stop();
      await pool.stop();
      await logs.close();
    },
  };
};

export { type Deployment, deployFunction } from './deploy-function.ts';
