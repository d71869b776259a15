import type { JsonObject } from '../json.ts';
import type { Failure } from '../records.ts';
import type { Retrier } from './definition.ts';
import type { StateFailure } from './errors.ts';
import { fraction } from './random.ts';
import type { StateContext, StateResult } from './state-context.ts';

/** Errors that `States.ALL` does not match. */
const terminal = new Set(['States.DataLimitExceeded', 'States.Runtime']);

export const matches = (names: readonly string[], failure: Failure, isTask: boolean): boolean =>
  names.some((name) => {
    const { error } = failure;
    if (name === error) return true;
    if (name === 'States.ALL') return error === undefined || !terminal.has(error);
    if (name === 'States.HeartbeatTimeout') return failure.heartbeat === true;
    // Any failure of a task but a timeout.
    if (name === 'States.TaskFailed') return isTask && error !== 'States.Timeout' && !terminal.has(error ?? '');
    return false;
  });

/** Seconds before attempt `retry` (1, 2, …); with jitter anything from 0 up to what it would be without. */
export const retryDelay = (retrier: Retrier, retry: number, random: () => number): number => {
  const { IntervalSeconds = 1, BackoffRate = 2, MaxDelaySeconds = Number.POSITIVE_INFINITY } = retrier;
  const delay = Math.min(IntervalSeconds * BackoffRate ** (retry - 1), MaxDelaySeconds);
  return retrier.JitterStrategy === 'FULL' ? delay * random() : delay;
};

/** Attempts a state's work until it succeeds, or neither Retry nor Catch takes its failure. */
export const withRetryAndCatch = async (
  context: StateContext,
  attempt: () => Promise<StateResult>,
  /** Adds what the history has between the last attempt's failure and the state's end. */
  failed: () => Promise<void> = async () => undefined,
): Promise<StateResult> => {
  const { state, run, frame } = context;
  const isTask = state.Type === 'Task';
  const counts = new Map<Retrier, number>();
  for (;;) {
    let failure: StateFailure;
    try {
      return await attempt();
    } catch (error) {
      failure = await context.failureOf(error);
    }
    const retrier = state.Retry?.find(({ ErrorEquals }) => matches(ErrorEquals, failure.failure, isTask));
    const retries = retrier ? (counts.get(retrier) ?? 0) : 0;
    if (retrier && retries < (retrier.MaxAttempts ?? 3)) {
      counts.set(retrier, retries + 1);
      context.retryCount++;
      const where = `${frame.path}|retry|${context.entered}|${context.retryCount}`;
      const seconds = retryDelay(retrier, retries + 1, () => fraction(run.record.seed, where));
      await run.sleepUntil(frame, frame.now + Math.round(seconds * 1000));
      continue;
    }
    await failed();
    return await caught(context, failure);
  }
};

const caught = async (context: StateContext, failure: StateFailure): Promise<StateResult> => {
  const { state } = context;
  const { error = null, cause = null } = failure.failure;
  const index = (state.Catch ?? []).findIndex(({ ErrorEquals }) =>
    matches(ErrorEquals, failure.failure, state.Type === 'Task'),
  );
  const catcher = state.Catch?.[index];
  if (!catcher) throw failure;
  const errorOutput: JsonObject = { Error: error, Cause: cause };
  context.token = undefined;
  const output = await context.exit(catcher, errorOutput, { errorOutput }, { prefix: `Catch[${index}]/` });
  return { output, next: catcher.Next };
};
