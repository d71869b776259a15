import { Aborted, StateFailure } from '../interpreter/errors.ts';
import { checkSize } from '../interpreter/state-context.ts';
import type { Json, JsonObject } from '../json.ts';
import type { Failure } from '../records.ts';
import { invokeByArn } from './lambda.ts';
import type { TaskCall } from './task-call.ts';
import { awaitAnswer } from './token.ts';

/** Limits as the Scheduled event has them. */
export const limitsOf = ({ timeoutSeconds, heartbeatSeconds }: TaskCall): JsonObject => ({
  ...(timeoutSeconds === undefined ? {} : { timeoutInSeconds: timeoutSeconds }),
  ...(heartbeatSeconds === undefined ? {} : { heartbeatInSeconds: heartbeatSeconds }),
});

/** The task's time counts from its Scheduled event, which has just been added. */
export const withDeadline = (call: TaskCall, heartbeatCounts: boolean): TaskCall => {
  const limits = [call.timeoutSeconds, heartbeatCounts ? call.heartbeatSeconds : undefined].filter(
    (s) => s !== undefined,
  );
  return limits.length === 0 ? call : { ...call, deadline: call.context.frame.now + Math.min(...limits) * 1000 };
};

/** Adds the event of a task's failure, and passes the failure on. */
export const failed = async (
  call: TaskCall,
  error: unknown,
  events: { failed: string; timedOut: string },
  details: JsonObject = {},
): Promise<never> => {
  if (!(error instanceof StateFailure)) throw error;
  const { failure } = error;
  const type = failure.error === 'States.Timeout' && failure.cause === undefined ? events.timedOut : events.failed;
  await call.context.emit(type, { ...details, ...named(failure) });
  throw error;
};

const named = ({ error, cause }: Failure): JsonObject => ({
  ...(error === undefined ? {} : { error }),
  ...(cause === undefined ? {} : { cause }),
});

export const tooLarge = (what: string): string =>
  `The state/task '${what}' returned a result with a size exceeding the maximum number of bytes service limit.`;

/** A Task whose Resource is a function's ARN. */
export const runFunction = async (task: TaskCall, functionArn: string): Promise<Json> => {
  const { context } = task;
  const input = JSON.stringify(task.args);
  await context.emit('LambdaFunctionScheduled', { resource: functionArn, input, ...limitsOf(task) });
  const call = withDeadline(task, true);
  await context.emit('LambdaFunctionStarted');
  try {
    const result = await context.run.effect(
      context.frame,
      async () => {
        const value = await invokeByArn(call, functionArn);
        checkSize(value, tooLarge(functionArn));
        return value;
      },
      call.deadline,
    );
    await context.emit('LambdaFunctionSucceeded', { output: JSON.stringify(result) });
    return result;
  } catch (error) {
    return failed(call, error, { failed: 'LambdaFunctionFailed', timedOut: 'LambdaFunctionTimedOut' });
  }
};

/** A Task whose Resource is an activity: workers poll for it. Its heartbeat counts from when a worker has it. */
export const runActivity = async (task: TaskCall, activityArn: string): Promise<Json> => {
  const { context } = task;
  const { run, frame, token = '' } = context;
  const { engine } = run;
  const events = { failed: 'ActivityFailed', timedOut: 'ActivityTimedOut' };
  const input = JSON.stringify(task.args);
  if (!engine.tables.activities.get(activityArn)) {
    throw new StateFailure('States.Runtime', `The activity ${activityArn} does not exist.`);
  }
  await context.emit('ActivityScheduled', { resource: activityArn, input, ...limitsOf(task) });
  const call = withDeadline(task, false);
  const startAt = frame.place();
  const answerAt = frame.place();
  engine.openToken(token, {
    executionArn: run.record.arn,
    answerAt,
    startAt,
    state: 'waiting',
    ...(call.heartbeatSeconds === undefined ? {} : { heartbeatSeconds: call.heartbeatSeconds }),
  });
  const since = String(frame.now).padStart(15, '0');
  engine.offerActivityTask(activityArn, token, input, `${since}|${run.record.arn}|${call.attemptId}`);
  try {
    const worker = await run.effect(
      frame,
      async (signal) => {
        while (run.outcomeAt(startAt) === undefined) await engine.tokenChange(token, signal);
        return null;
      },
      call.deadline,
      startAt,
    );
    await context.emit('ActivityStarted', typeof worker === 'string' ? { workerName: worker } : undefined);
    const result = await awaitAnswer(call, token, answerAt);
    await context.emit('ActivitySucceeded', { output: JSON.stringify(result) });
    return result;
  } catch (error) {
    engine.closeToken(token);
    if (error instanceof Aborted) throw error;
    return failed(call, error, events);
  }
};
