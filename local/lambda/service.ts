import type { ServiceFactory } from '../kernel/service.ts';
import { createAlias, deleteAlias } from './aliases.ts';
import { EventInvocations } from './event-invocations.ts';
import { FunctionLogs } from './function-log.ts';
import { deleteFunction, getFunction, getFunctionConfiguration, listFunctions } from './function-operations.ts';
import { Functions } from './functions.ts';
import { type StartThread, startWorkerThread } from './instance.ts';
import { InstancePool } from './instance-pool.ts';
import { invoke } from './invoke.ts';

export interface LambdaOptions {
  readonly startThread: StartThread;
  /** How long an instance is kept without work; default a minute. */
  readonly idleMs?: number;
  /** Default: files in the data folder. */
  readonly logs?: Pick<FunctionLogs, 'write' | 'close'>;
}

/** Lambda, with a say in what functions run in. They are deployed with `deployFunction`, not over the wire. */
export const createLambdaOn =
  (options: LambdaOptions): ServiceFactory =>
  (kernel) => {
    const functions = new Functions(kernel);
    const logs = options.logs ?? new FunctionLogs(kernel);
    const pool = new InstancePool(kernel, logs, options.startThread, options.idleMs);
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

/** Functions in worker threads. */
export const createLambda: ServiceFactory = createLambdaOn({ startThread: startWorkerThread });

export { type Deployment, deployFunction } from './deploy-function.ts';
