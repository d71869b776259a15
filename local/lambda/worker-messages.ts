/** What a function's worker thread is started with. */
export interface WorkerStart {
  readonly codePath: string;
  readonly handlerExport: string;
  readonly functionName: string;
  readonly memoryMb: number;
  readonly logGroupName: string;
  readonly logStreamName: string;
  /** Where V8 keeps compiled code: halves the cold start of a bundle with the SDK in it (330 → 175 ms). */
  readonly compileCache: string;
}

/** To the worker: one invocation; the next comes only after its answer. */
export interface WorkerInvocation {
  readonly requestId: string;
  /** JSON text */
  readonly payload: string;
  /** ms since 1970, by the machine's clock */
  readonly deadline: number;
  readonly invokedFunctionArn: string;
}

/** An error as Lambda answers it. */
export interface FunctionError {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

/** From the worker. */
export type WorkerAnswer =
  | { readonly type: 'ready' }
  | { readonly type: 'init-error'; readonly error: FunctionError }
  | { readonly type: 'result'; readonly requestId: string; readonly payload: string }
  | { readonly type: 'error'; readonly requestId: string; readonly error: FunctionError };
