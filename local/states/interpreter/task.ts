import { runActivity, runFunction } from '../integrations/legacy-tasks.ts';
import { parseResource } from '../integrations/resource.ts';
import { runService } from '../integrations/service-task.ts';
import type { TaskCall } from '../integrations/task-call.ts';
import type { Json } from '../json.ts';
import { EvaluationFailure } from './errors.ts';
import { wrongType } from './evaluate.ts';
import { tokenOf } from './random.ts';
import { withRetryAndCatch } from './retry-catch.ts';
import { checkSize, type StateContext, type StateHandler } from './state-context.ts';

/** AWS's longest TimeoutSeconds. */
const LONGEST_TIMEOUT_SECONDS = 99_999_999;

export const runTask: StateHandler = (context) =>
  withRetryAndCatch(context, async () => {
    const { state, frame, run } = context;
    const resource = parseResource(state.Resource ?? '');
    if (!resource) throw new Error(`the resource '${state.Resource}' passed validation`);
    const attemptId = frame.place();
    const waits = resource.kind === 'activity' || ('pattern' in resource && resource.pattern === 'waitForTaskToken');
    context.token = waits ? tokenOf(run.record.seed, attemptId) : undefined;
    const args = state.Arguments === undefined ? context.input : await context.evaluate(state.Arguments, 'Arguments');
    checkSize(
      args,
      `The arguments of the state/task '${context.name}' exceed the maximum number of bytes service limit.`,
    );
    const timeoutSeconds = await seconds(context, state.TimeoutSeconds, 'TimeoutSeconds');
    const heartbeatSeconds = await seconds(context, state.HeartbeatSeconds, 'HeartbeatSeconds');
    const call: TaskCall = {
      context,
      args: resource.kind === 'service' && state.Arguments === undefined ? {} : args,
      region: run.record.arn.split(':')[3] ?? '',
      timeoutSeconds,
      heartbeatSeconds,
      attemptId,
      // Set when the task is scheduled.
      deadline: undefined,
    };
    const result =
      resource.kind === 'function'
        ? await runFunction(call, resource.functionArn)
        : resource.kind === 'activity'
          ? await runActivity(call, resource.activityArn)
          : await runService(call, resource);
    const output = await context.exit(state, result, { result });
    context.token = undefined;
    return state.Next === undefined ? { output } : { output, next: state.Next };
  });

const seconds = async (context: StateContext, value: Json | undefined, field: string): Promise<number | undefined> => {
  if (value === undefined) return undefined;
  const given = await context.evaluate(value, field);
  if (typeof given !== 'number' || !Number.isInteger(given)) throw wrongType(value, given, field, 'integer');
  if (given <= 0 || given > LONGEST_TIMEOUT_SECONDS) {
    throw new EvaluationFailure(
      `The ${field} field must be a positive integer of at most ${LONGEST_TIMEOUT_SECONDS} but was: ${given}`,
      field,
    );
  }
  return given;
};
