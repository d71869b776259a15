import type { Json } from '../json.ts';
import { EvaluationFailure, StateFailure } from './errors.ts';
import { wrongType } from './evaluate.ts';
import type { StateContext, StateHandler } from './state-context.ts';
import { parseTimestamp } from './timestamp.ts';

export const runPass: StateHandler = async (context) => {
  const { state, input } = context;
  return leave(context, await context.exit(state, state.Result === undefined ? input : state.Result));
};

export const runSucceed: StateHandler = async (context) => ({
  output: await context.exit(context.state, context.input),
});

export const runFail: StateHandler = async (context) => {
  const text = async (field: 'Error' | 'Cause'): Promise<string | undefined> => {
    const value = context.state[field];
    if (value === undefined) return undefined;
    const given = await context.evaluate(value, field);
    if (typeof given !== 'string') throw wrongType(value, given, field, 'string');
    return given;
  };
  throw new StateFailure(await text('Error'), await text('Cause'));
};

export const runChoice: StateHandler = async (context) => {
  const { state, input } = context;
  for (const [index, rule] of (state.Choices ?? []).entries()) {
    const field = `Choices[${index}]/Condition`;
    const holds = await context.evaluate(rule.Condition, field);
    if (typeof holds !== 'boolean') throw wrongType(rule.Condition, holds, field, 'boolean');
    if (holds) {
      return { output: await context.exit(rule, input, {}, { prefix: `Choices[${index}]/` }), next: rule.Next };
    }
  }
  if (state.Default === undefined) {
    throw new StateFailure(
      'States.NoChoiceMatched',
      `No choice rule of the state '${context.name}' matched, and it has no Default.`,
    );
  }
  return { output: await context.exit(state, input), next: state.Default };
};

/** AWS waits at most 99,999,999 seconds. */
const LONGEST_WAIT_SECONDS = 99_999_999;

export const runWait: StateHandler = async (context) => {
  const { state, frame, run } = context;
  const entered = frame.now;
  let due = entered;
  if (state.Seconds !== undefined) {
    const seconds = await context.evaluate(state.Seconds, 'Seconds');
    if (typeof seconds !== 'number' || !Number.isInteger(seconds)) {
      throw wrongType(state.Seconds, seconds, 'Seconds', 'integer');
    }
    if (seconds < 0 || seconds > LONGEST_WAIT_SECONDS) {
      throw new EvaluationFailure(
        `The Seconds field must be between 0 and ${LONGEST_WAIT_SECONDS} but was: ${seconds}`,
        'Seconds',
        true,
      );
    }
    due = entered + seconds * 1000;
  } else if (state.Timestamp !== undefined) {
    const text = await context.evaluate(state.Timestamp, 'Timestamp');
    if (typeof text !== 'string') throw wrongType(state.Timestamp, text, 'Timestamp', 'string');
    const time = parseTimestamp(text);
    if (time === undefined) {
      throw new EvaluationFailure(
        `The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: ${text}`,
        'Timestamp',
        true,
      );
    }
    due = time;
  }
  if (due > entered) await run.sleepUntil(frame, due);
  return leave(context, await context.exit(state, context.input));
};

const leave = (context: StateContext, output: Json) =>
  context.state.Next === undefined ? { output } : { output, next: context.state.Next };
