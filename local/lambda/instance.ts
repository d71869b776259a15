import { dirname } from 'node:path';
import type { Readable } from 'node:stream';
import { Worker } from 'node:worker_threads';
import type { Kernel, Principal, SessionCredentials } from '../kernel/service.ts';
import { type FunctionLogs, logGroupName, mayLog } from './function-log.ts';
import type { FunctionRecord } from './functions.ts';
import { workerCode } from './worker-code.ts';
import type { FunctionError, WorkerAnswer, WorkerInvocation, WorkerStart } from './worker-messages.ts';

/** As long as Lambda's own sessions with a function's role may last. */
const SESSION_SECONDS = 43_200;

/** What one invocation came to. `payload` is JSON text: the result, or an error as Lambda answers it. */
export interface Outcome {
  readonly payload: string;
  readonly failed: boolean;
  /** The last 4 KiB of what was logged meanwhile. */
  readonly logTail: Buffer;
}

/** Loading a function's code may take this long on AWS before its first invocation counts. */
const INIT_SECONDS = 10;
const TAIL_BYTES = 4096;
const LARGEST_RESPONSE = 6_291_556;

/** What a function runs in; ended, it says `exit` once. */
export type FunctionThread = Pick<Worker, 'postMessage' | 'on' | 'terminate' | 'ref' | 'unref' | 'stdout' | 'stderr'>;

export type StartThread = (start: WorkerStart, environment: NodeJS.ProcessEnv) => FunctionThread;

/** A worker thread for each, which is how functions really run. */
export const startWorkerThread: StartThread = (start, env) =>
  new Worker(workerCode(), {
    workerData: start,
    env,
    // None of the cloud's own flags (of a test runner, say).
    execArgv: [],
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: start.memoryMb },
    name: start.functionName,
  });

interface Waiting {
  readonly requestId: string;
  readonly settle: (outcome: { payload: string; failed: boolean }) => void;
}

/**
 * A worker thread that runs one function, one invocation at a time. Times here are the machine's, not the cloud's
 * clock's: the code in the thread really runs.
 */
export class Instance {
  readonly record: FunctionRecord;
  /** ms since 1970 on the cloud's clock */
  readonly credentialsExpireAt: number;
  readonly #worker: FunctionThread;
  readonly #logs: Pick<FunctionLogs, 'write'>;
  /** Lambda writes to CloudWatch Logs as the function: what its role may not write is lost, and nothing else happens. */
  readonly #mayLog: boolean;
  readonly #ready: Promise<FunctionError | undefined>;
  #waiting: Waiting | undefined;
  #ended: FunctionError | undefined;
  #tail = Buffer.alloc(0);

  constructor(
    kernel: Kernel,
    record: FunctionRecord,
    session: Principal,
    { logs, startThread }: { readonly logs: Pick<FunctionLogs, 'write'>; readonly startThread: StartThread },
    onEnd: (instance: Instance) => void,
  ) {
    const credentials = kernel.issueCredentials(session, SESSION_SECONDS);
    this.record = record;
    this.credentialsExpireAt = credentials.Expiration * 1000;
    this.#logs = logs;
    const logStreamName = `$LATEST/${kernel.randomHex(16)}`;
    this.#mayLog = mayLog(kernel, record, session, logStreamName);
    const start: WorkerStart = {
      codePath: record.codePath,
      handlerExport: record.handlerExport,
      functionName: record.functionName,
      memoryMb: record.memoryMb,
      logGroupName: logGroupName(record.functionName),
      logStreamName,
      compileCache: record.compileCache ?? kernel.store.folder('lambda-compile-cache'),
    };
    this.#worker = startThread(start, environmentOf(record, credentials, kernel.endpoint, logStreamName));
    this.#worker.unref();
    for (const stream of [this.#worker.stdout, this.#worker.stderr]) this.#keepOutput(stream);

    let settleReady: (error: FunctionError | undefined) => void = () => undefined;
    this.#ready = new Promise((resolve) => {
      settleReady = resolve;
    });
    this.#worker.on('message', (answer: WorkerAnswer) => {
      if (answer.type === 'ready') settleReady(undefined);
      else if (answer.type === 'init-error') settleReady(answer.error);
      else this.#answered(answer);
    });
    let outOfMemory = false;
    this.#worker.on('error', (error: Error & { code?: string }) => {
      outOfMemory = error.code === 'ERR_WORKER_OUT_OF_MEMORY';
      this.#log(`${error.stack ?? error.message}\n`);
    });
    this.#worker.on('exit', (status) => {
      const how = outOfMemory ? 'signal: killed' : `exit status ${status}`;
      this.#ended ??= {
        errorType: 'Runtime.ExitError',
        errorMessage:
          status === 0
            ? 'Error: Runtime exited without providing a reason'
            : `Error: Runtime exited with error: ${how}`,
      };
      settleReady(this.#ended);
      this.#fail(this.#ended);
      onEnd(this);
    });
  }

  get usable(): boolean {
    return this.#ended === undefined;
  }

  async invoke(invocation: Omit<WorkerInvocation, 'deadline'>): Promise<Outcome> {
    const { requestId } = invocation;
    this.#worker.ref();
    this.#tail = Buffer.alloc(0);
    this.#log(`START RequestId: ${requestId} Version: $LATEST\n`);
    const started = performance.now();
    const settled = await this.#run(invocation);
    const ms = performance.now() - started;
    this.#log(
      `END RequestId: ${requestId}\nREPORT RequestId: ${requestId}\tDuration: ${ms.toFixed(2)} ms\tBilled Duration: ${Math.ceil(ms)} ms\tMemory Size: ${this.record.memoryMb} MB\n`,
    );
    this.#worker.unref();
    return { ...settled, logTail: this.#tail };
  }

  async #run(invocation: Omit<WorkerInvocation, 'deadline'>): Promise<{ payload: string; failed: boolean }> {
    const { requestId } = invocation;
    const initTimer = this.#timer(Math.max(INIT_SECONDS, this.record.timeoutSeconds));
    const initError = await this.#ready;
    clearTimeout(initTimer);
    if (initError) {
      this.end();
      return failure(requestId, this.#ended ?? initError, initError);
    }
    const seconds = this.record.timeoutSeconds;
    return new Promise((resolve) => {
      const timer = this.#timer(seconds);
      this.#waiting = {
        requestId,
        settle: (outcome) => {
          clearTimeout(timer);
          resolve(outcome);
        },
      };
      if (this.#ended) return this.#fail(this.#ended);
      this.#worker.postMessage({ ...invocation, deadline: Date.now() + seconds * 1000 } satisfies WorkerInvocation);
    });
  }

  /** Ends the thread, whatever it does. */
  end(): void {
    this.#ended ??= {
      errorType: 'Runtime.ExitError',
      errorMessage: 'Error: Runtime exited with error: signal: killed',
    };
    void this.#worker.terminate();
  }

  async stop(): Promise<void> {
    this.end();
    await this.#worker.terminate();
  }

  #timer(seconds: number): NodeJS.Timeout {
    return setTimeout(() => {
      this.#ended = {
        errorType: 'Sandbox.Timedout',
        errorMessage: `Error: Task timed out after ${seconds.toFixed(2)} seconds`,
      };
      void this.#worker.terminate();
    }, seconds * 1000);
  }

  #answered(answer: Extract<WorkerAnswer, { requestId: string }>): void {
    const waiting = this.#waiting;
    if (waiting?.requestId !== answer.requestId) return;
    this.#waiting = undefined;
    if (answer.type === 'error') waiting.settle({ payload: JSON.stringify(answer.error), failed: true });
    else if (Buffer.byteLength(answer.payload) > LARGEST_RESPONSE)
      waiting.settle({
        payload: JSON.stringify({
          errorType: 'Function.ResponseSizeTooLarge',
          errorMessage: `Response payload size exceeded maximum allowed payload size (${LARGEST_RESPONSE} bytes).`,
        }),
        failed: true,
      });
    else waiting.settle({ payload: answer.payload, failed: false });
  }

  #fail(error: FunctionError): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.settle(failure(waiting.requestId, error, error));
  }

  #keepOutput(stream: Readable): void {
    stream.on('data', (bytes: Buffer) => this.#log(bytes));
  }

  #log(text: string | Buffer): void {
    if (this.#mayLog) this.#logs.write(this.record, text);
    this.#tail = Buffer.concat([this.#tail, Buffer.from(text)]).subarray(-TAIL_BYTES);
  }
}

/** Errors of the sandbox name the request; those of the code stay as they are. */
const failure = (requestId: string, sandbox: FunctionError, error: FunctionError) => {
  const bySandbox = sandbox.errorType === 'Sandbox.Timedout' || error.errorType === 'Runtime.ExitError';
  const answered = bySandbox
    ? { errorType: sandbox.errorType, errorMessage: `RequestId: ${requestId} ${sandbox.errorMessage}` }
    : error;
  return { payload: JSON.stringify(answered), failed: true };
};

const environmentOf = (
  record: FunctionRecord,
  credentials: SessionCredentials,
  endpoint: string,
  logStreamName: string,
): NodeJS.ProcessEnv => ({
  AWS_ENDPOINT_URL: endpoint,
  ...record.environment,
  AWS_LAMBDA_FUNCTION_NAME: record.functionName,
  AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(record.memoryMb),
  AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
  AWS_LAMBDA_LOG_GROUP_NAME: logGroupName(record.functionName),
  AWS_LAMBDA_LOG_STREAM_NAME: logStreamName,
  AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
  AWS_REGION: record.region,
  AWS_DEFAULT_REGION: record.region,
  AWS_ACCESS_KEY_ID: credentials.AccessKeyId,
  AWS_SECRET_ACCESS_KEY: credentials.SecretAccessKey,
  AWS_SESSION_TOKEN: credentials.SessionToken,
  LAMBDA_TASK_ROOT: dirname(record.codePath),
  _HANDLER: `${record.codePath}.${record.handlerExport}`,
  TZ: ':UTC',
});
