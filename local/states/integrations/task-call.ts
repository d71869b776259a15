import { sleep } from '../../kernel/clock.ts';
import { AwsError } from '../../kernel/errors.ts';
import { StateFailure } from '../interpreter/errors.ts';
import { uuidOf } from '../interpreter/random.ts';
import type { StateContext } from '../interpreter/state-context.ts';
import type { Json } from '../json.ts';
import type { Failure } from '../records.ts';
import { callFailure, type ServiceNames } from './call-errors.ts';

/** One attempt of a Task: its evaluated arguments and limits. */
export interface TaskCall {
  readonly context: StateContext;
  readonly args: Json;
  readonly region: string;
  /** ms since 1970 at which the task has failed with States.Timeout */
  readonly deadline: number | undefined;
  readonly timeoutSeconds: number | undefined;
  readonly heartbeatSeconds: number | undefined;
  /** A name for this attempt that stays the same when it is made again after a restart. */
  readonly attemptId: string;
}

/** The failure of a call, with what the service had said. */
export class CallRefused extends StateFailure {
  readonly refusal: AwsError;

  constructor({ error, cause }: Failure, refusal: AwsError) {
    super(error, cause);
    this.refusal = refusal;
  }
}

/** Calls a service with the machine's role; refusals become the state's failure under AWS's name for them. */
export const callService = async (
  call: Pick<TaskCall, 'context' | 'region' | 'attemptId'>,
  service: string,
  operation: string,
  input: unknown,
  names: ServiceNames,
): Promise<unknown> => {
  const { run } = call.context;
  const requestId = uuidOf(run.record.seed, `${call.attemptId}|request`);
  let principal: Awaited<ReturnType<typeof run.principal>>;
  try {
    principal = await run.principal();
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw new StateFailure(
      'States.Permissions',
      `Step Functions could not assume the role ${run.record.roleArn}: ${error.message}`,
    );
  }
  try {
    return await run.engine.kernel.call(principal, call.region, service, operation, input);
  } catch (error) {
    const failure = callFailure(error, names, requestId);
    throw error instanceof AwsError && failure instanceof StateFailure
      ? new CallRefused(failure.failure, error)
      : failure;
  }
};

/** Between two attempts at what Step Functions itself has to get done. */
const PATIENCE_MS = 5_000;

/**
 * Calls a service for Step Functions' own needs (starting a Map's children, following a nested execution): throttling
 * and outages are waited out, as AWS does, and never reach the state; a refusal does.
 */
export const callPatiently = async (
  call: Pick<TaskCall, 'context' | 'region' | 'attemptId'>,
  attempt: () => Promise<unknown>,
  signal: AbortSignal,
): Promise<unknown> => {
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      const { code = '', status = 0 } = error instanceof CallRefused ? error.refusal : {};
      const passing = status >= 500 || status === 429 || /Throttl|TooManyRequests|RequestLimit|SdkClient/.test(code);
      if (!passing) throw error;
    }
    await sleep(call.context.run.engine.kernel.clock, PATIENCE_MS, signal);
  }
};

export const requestIdOf = (call: TaskCall): string =>
  uuidOf(call.context.run.record.seed, `${call.attemptId}|request`);
