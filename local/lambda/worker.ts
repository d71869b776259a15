import { enableCompileCache } from 'node:module';
import { pathToFileURL } from 'node:url';
import { types } from 'node:util';
import { parentPort, workerData } from 'node:worker_threads';
import type { FunctionError, WorkerAnswer, WorkerInvocation, WorkerStart } from './worker-messages.ts';

/**
 * Runs in a worker thread: one instance of a function. It knows what its environment and its start data tell it, and
 * behaves like Lambda's runtime for Node.js.
 */
const start = workerData as WorkerStart;
enableCompileCache(start.compileCache);
const answer = (message: WorkerAnswer): void => parentPort?.postMessage(message);

/** The invocation under way, so that an error from anywhere is the answer to it. */
let current: WorkerInvocation | undefined;

const describeError = (error: unknown): FunctionError =>
  types.isNativeError(error)
    ? { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? '').split('\n') }
    : { errorType: typeof error, errorMessage: String(error), trace: [] };

const failAndExit = (error: FunctionError, status: number): void => {
  console.error(JSON.stringify(error));
  if (current) answer({ type: 'error', requestId: current.requestId, error });
  process.exit(status);
};

process.on('uncaughtException', (error) => failAndExit(describeError(error), 129));
process.on('unhandledRejection', (reason) =>
  failAndExit(
    { ...describeError(reason), errorType: 'Runtime.UnhandledPromiseRejection', errorMessage: String(reason) },
    128,
  ),
);

type Handler = (event: unknown, context: object) => unknown;

const describeInitError = (error: unknown): FunctionError => {
  const described = describeError(error);
  if (error instanceof SyntaxError) return { ...described, errorType: 'Runtime.UserCodeSyntaxError' };
  const missing = error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND';
  return missing ? { ...described, errorType: 'Runtime.ImportModuleError' } : described;
};

const load = async (): Promise<Handler | undefined> => {
  try {
    const module = (await import(pathToFileURL(start.codePath).href)) as Record<string, unknown>;
    const byDefault = module.default as Record<string, unknown> | undefined;
    const handler = module[start.handlerExport] ?? byDefault?.[start.handlerExport];
    if (typeof handler === 'function') return handler as Handler;
    const errorMessage = `${start.codePath}.${start.handlerExport} is undefined or not exported`;
    answer({ type: 'init-error', error: { errorType: 'Runtime.HandlerNotFound', errorMessage, trace: [] } });
  } catch (error) {
    answer({ type: 'init-error', error: describeInitError(error) });
  }
  return undefined;
};

const contextOf = (invocation: WorkerInvocation): object => ({
  functionName: start.functionName,
  functionVersion: '$LATEST',
  invokedFunctionArn: invocation.invokedFunctionArn,
  memoryLimitInMB: String(start.memoryMb),
  awsRequestId: invocation.requestId,
  logGroupName: start.logGroupName,
  logStreamName: start.logStreamName,
  getRemainingTimeInMillis: () => Math.max(0, invocation.deadline - Date.now()),
});

const serialise = (result: unknown): string => {
  try {
    return JSON.stringify(result === undefined ? null : result) ?? 'null';
  } catch {
    throw new Error('Unable to stringify response body');
  }
};

/** Output goes to the main thread on a way of its own: what was written before the answer shall be there before it. */
const flush = (stream: NodeJS.WriteStream): Promise<void> | undefined =>
  stream.writableLength > 0 ? new Promise((resolve) => stream.write('', () => resolve())) : undefined;

const run = async (handler: Handler, invocation: WorkerInvocation): Promise<void> => {
  const { requestId } = invocation;
  current = invocation;
  let message: WorkerAnswer;
  try {
    const result = await handler(JSON.parse(invocation.payload), contextOf(invocation));
    message = { type: 'result', requestId, payload: serialise(result) };
  } catch (error) {
    console.error(
      `${new Date().toISOString()}\t${requestId}\tERROR\tInvoke Error\t${JSON.stringify(describeError(error))}`,
    );
    message = { type: 'error', requestId, error: describeError(error) };
  }
  current = undefined;
  await Promise.all([process.stdout, process.stderr].map(flush));
  answer(message);
};

const handler = await load();
if (handler) {
  parentPort?.on('message', (invocation: WorkerInvocation) => void run(handler, invocation));
  answer({ type: 'ready' });
}
