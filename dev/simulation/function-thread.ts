import { EventEmitter } from 'node:events';
import { basename } from 'node:path';
import { types } from 'node:util';
import type { StartThread } from '../../local/lambda/instance.ts';
import type { FunctionError, WorkerAnswer, WorkerInvocation } from '../../local/lambda/worker-messages.ts';
import type { FunctionCode } from './function-code.ts';
import { runAs, runAsCloud, type SimProcess } from './virtual/sim-process.ts';
import { busyWith } from './virtual/virtual-clock.ts';

type Handler = (event: unknown, context: object) => unknown;

const describeError = (error: unknown): FunctionError =>
  types.isNativeError(error)
    ? { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? '').split('\n') }
    : { errorType: typeof error, errorMessage: String(error), trace: [] };

export interface FunctionWorld {
  /** Hears of every process that begins, and gets what it writes. */
  onProcess(process: SimProcess): void;
  onOutput(process: SimProcess, text: string): void;
}

/**
 * Runs functions in this very process, each instance with modules and an environment of its own. It can be killed like a
 * thread: then it says `exit`, and what it still does has no effect.
 */
export const startFunctions = (code: FunctionCode, world: FunctionWorld): StartThread => {
  const started = new Map<string, number>();
  return (start, environment) => {
    const thread = new EventEmitter();
    const short = basename(start.codePath, '.ts');
    const count = (started.get(short) ?? 0) + 1;
    started.set(short, count);
    const say = (answer: WorkerAnswer): void =>
      runAsCloud(() => {
        // As a message: later than whatever led to it, and only from the living.
        setImmediate(() => {
          if (!self.dead) thread.emit('message', answer);
        });
      });
    const exit = (status: number): void => {
      if (self.dead) return;
      self.dead = true;
      runAsCloud(() => setImmediate(() => thread.emit('exit', status)));
    };
    let invocations = 0;
    const self: SimProcess = {
      name: `${short}#${count}`,
      kind: 'function',
      environment,
      dead: false,
      calls: 0,
      get invocations() {
        return invocations;
      },
      write: (text) => world.onOutput(self, text),
      die: () => exit(1),
    };
    world.onProcess(self);

    const load = async (): Promise<Handler | undefined> => {
      try {
        const coldStart = await busyWith(runAsCloud(() => code.prepare(start.codePath)));
        const handler = coldStart()[start.handlerExport];
        if (typeof handler === 'function') return handler as Handler;
        throw new Error(`${start.codePath} exports no ${start.handlerExport}`);
      } catch (error) {
        say({ type: 'init-error', error: describeError(error) });
        return undefined;
      }
    };
    const loaded = runAs(self, load);
    void loaded.then((handler) => handler && say({ type: 'ready' }));

    const run = async (invocation: WorkerInvocation): Promise<void> => {
      const { requestId } = invocation;
      invocations += 1;
      const handler = (await loaded) as Handler;
      const context = {
        functionName: start.functionName,
        functionVersion: '$LATEST',
        invokedFunctionArn: invocation.invokedFunctionArn,
        memoryLimitInMB: String(start.memoryMb),
        awsRequestId: requestId,
        logGroupName: start.logGroupName,
        logStreamName: start.logStreamName,
        getRemainingTimeInMillis: () => Math.max(0, invocation.deadline - Date.now()),
      };
      try {
        const result = await handler(JSON.parse(invocation.payload), context);
        say({ type: 'result', requestId, payload: JSON.stringify(result === undefined ? null : result) ?? 'null' });
      } catch (error) {
        self.write(`${requestId} Invoke Error ${JSON.stringify(describeError(error))}\n`);
        say({ type: 'error', requestId, error: describeError(error) });
      }
    };
    const nothing = new EventEmitter();
    return Object.assign(thread, {
      postMessage: (invocation: WorkerInvocation) => runAs(self, () => void run(invocation)),
      terminate: async () => {
        exit(1);
        return 1;
      },
      ref: () => undefined,
      unref: () => undefined,
      stdout: nothing,
      stderr: nothing,
    }) as unknown as ReturnType<StartThread>;
  };
};
