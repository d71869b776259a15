import { Aborted, StateFailure } from '../interpreter/errors.ts';
import { uuidOf } from '../interpreter/random.ts';
import type { Json, JsonObject } from '../json.ts';
import { statesNames } from './call-errors.ts';
import { sdkMetadata } from './sdk-metadata.ts';
import { callPatiently, callService, requestIdOf, type TaskCall } from './task-call.ts';

interface Started {
  readonly executionArn: string;
  /** seconds since 1970 */
  readonly startDate: number;
}

/**
 * `states:::states:startExecution`. Without `Name` AWS makes one up; ours is the same when the call is made again after
 * a restart, so that it finds the execution that it had started.
 */
export const startExecution = async (call: TaskCall): Promise<Json> => {
  const { Input, Name, StateMachineArn, ...others } = call.args as JsonObject;
  const answer = (await callService(
    call,
    'states',
    'StartExecution',
    {
      ...lowerFirst(others),
      stateMachineArn: StateMachineArn,
      input: typeof Input === 'string' ? Input : JSON.stringify(Input ?? {}),
      name: Name ?? uuidOf(call.context.run.record.seed, `${call.attemptId}|name`),
    },
    statesNames,
  )) as Started;
  return {
    ExecutionArn: answer.executionArn,
    ...sdkMetadata(requestIdOf(call), call.context.run.now(), 'application/x-amz-json-1.0', 161),
    StartDate: Math.round(answer.startDate * 1000),
  };
};

/** Waits for a nested execution; its description is the task's result, or the cause of States.TaskFailed. */
export const awaitExecution = async (
  call: TaskCall,
  executionArn: string,
  parseDocuments: boolean,
  signal: AbortSignal,
): Promise<Json> => {
  const { engine } = call.context.run;
  const follow = () => callService(call, 'states', 'DescribeExecution', { executionArn }, statesNames);
  let answer: JsonObject;
  try {
    await engine.finished(executionArn, signal);
    answer = (await callPatiently(call, follow, signal)) as JsonObject;
  } catch (error) {
    if (error instanceof Aborted && !engine.stopping) stopExecution(call, executionArn);
    throw error;
  }
  const description = describe(answer, parseDocuments);
  if (description.Status !== 'SUCCEEDED')
    throw new StateFailure('States.TaskFailed', JSON.stringify(describe(answer, false)));
  return description;
};

/** What waits for a nested execution and ends before it, stops it, as far as its role may. */
const stopExecution = (call: TaskCall, executionArn: string): void => {
  callService(call, 'states', 'StopExecution', { executionArn }, statesNames).catch((error: unknown) => {
    // Nobody is left to be told of a refusal: AWS lets the nested execution run on, too. The trail has the call.
    if (!(error instanceof StateFailure)) throw error;
  });
};

const describe = (answer: JsonObject, parseDocuments: boolean): JsonObject => {
  const document = (text: Json): Json => (parseDocuments && typeof text === 'string' ? JSON.parse(text) : text);
  const milliseconds = (time: Json | undefined): Json => Math.round(Number(time) * 1000);
  const members: [string, Json | undefined][] = [
    ['Cause', answer.cause],
    ['Error', answer.error],
    ['ExecutionArn', answer.executionArn],
    ['Input', document(answer.input ?? null)],
    ['InputDetails', { Included: true }],
    ['Name', answer.name],
    ['Output', answer.output === undefined ? undefined : document(answer.output)],
    ['OutputDetails', answer.output === undefined ? undefined : { Included: true }],
    ['StartDate', milliseconds(answer.startDate)],
    ['StateMachineArn', answer.stateMachineArn],
    ['Status', answer.status],
    ['StopDate', milliseconds(answer.stopDate)],
    ['TraceHeader', answer.traceHeader],
  ];
  return Object.fromEntries(members.filter((member): member is [string, Json] => member[1] !== undefined));
};

const lowerFirst = (members: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(members).map(([name, value]) => [`${name.charAt(0).toLowerCase()}${name.slice(1)}`, value]),
  );
