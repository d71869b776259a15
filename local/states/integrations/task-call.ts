import { AwsError } from '../../kernel/errors.ts';
import { StateFailure } from '../interpreter/errors.ts';
import { uuidOf } from '../interpreter/random.ts';
import type { StateContext } from '../interpreter/state-context.ts';
import type { Json } from '../json.ts';
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
    throw callFailure(error, names, requestId);
  }
};

export const requestIdOf = (call: TaskCall): string =>
  uuidOf(call.context.run.record.seed, `${call.attemptId}|request`);
