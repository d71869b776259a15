import { EvaluationFailure } from '../interpreter/errors.ts';
import { checkSize } from '../interpreter/state-context.ts';
import { isObject, type Json, type JsonObject, typeName } from '../json.ts';
import { callSdk } from './aws-sdk.ts';
import { invoke } from './lambda.ts';
import { failed, limitsOf, tooLarge, withDeadline } from './legacy-tasks.ts';
import type { TaskResource } from './resource.ts';
import { sendMessage } from './sqs.ts';
import { awaitExecution, startExecution } from './start-execution.ts';
import type { TaskCall } from './task-call.ts';
import { awaitAnswer } from './token.ts';

type ServiceResource = Extract<TaskResource, { kind: 'service' | 'sdk' }>;

const requests: Readonly<Record<string, (call: TaskCall) => Promise<Json>>> = {
  'lambda:invoke': invoke,
  'sqs:sendMessage': sendMessage,
  'states:startExecution': startExecution,
};

/** A Task that calls a service, and then perhaps waits for a token or a nested execution. */
export const runService = async (task: TaskCall, resource: ServiceResource): Promise<Json> => {
  const { context } = task;
  const { run, frame } = context;
  if (!isObject(task.args)) {
    throw new EvaluationFailure(
      `The Arguments of a service integration must be an object but were of type '${typeName(task.args)}'`,
      'Arguments',
    );
  }
  const suffix = resource.pattern === 'request' ? '' : `.${resource.pattern}`;
  const ids = {
    resourceType: resource.kind === 'sdk' ? `aws-sdk:${resource.service}` : resource.service,
    resource: `${resource.action}${suffix}`,
  };
  const request =
    resource.kind === 'sdk'
      ? (call: TaskCall) => callSdk(call, resource.service, resource.action)
      : requests[`${resource.service}:${resource.action}`];
  if (!request) throw new Error(`no integration for ${resource.service}:${resource.action}`);
  await context.emit('TaskScheduled', {
    ...ids,
    region: task.region,
    parameters: JSON.stringify(task.args),
    ...limitsOf(task),
  });
  const call = withDeadline(task, resource.pattern !== 'waitForTaskToken');
  const open = resource.pattern === 'waitForTaskToken' ? openToken(call) : undefined;
  try {
    await context.emit('TaskStarted', ids);
    const answer = await run.effect(
      frame,
      async () => {
        const value = await request(call);
        checkSize(value, tooLarge(ids.resourceType));
        return value;
      },
      call.deadline,
    );
    const result = await rest(call, resource, ids, answer, open);
    await context.emit('TaskSucceeded', { ...ids, output: JSON.stringify(result) });
    return result;
  } catch (error) {
    if (open) run.engine.closeToken(open.token);
    return failed(call, error, { failed: 'TaskFailed', timedOut: 'TaskTimedOut' }, ids);
  }
};

/** What comes after the service has taken the request. */
const rest = async (
  call: TaskCall,
  resource: ServiceResource,
  ids: JsonObject,
  answer: Json,
  open: { token: string; answerAt: string } | undefined,
): Promise<Json> => {
  if (resource.pattern === 'request') return answer;
  const { context } = call;
  await context.emit('TaskSubmitted', { ...ids, output: JSON.stringify(answer) });
  if (open) {
    const result = await awaitAnswer(call, open.token, open.answerAt);
    checkSize(result, tooLarge(resource.service));
    return result;
  }
  const { ExecutionArn } = answer as { ExecutionArn: string };
  return context.run.effect(
    context.frame,
    async (signal) => {
      const value = await awaitExecution(call, ExecutionArn, resource.pattern === 'sync:2', signal);
      checkSize(value, tooLarge(resource.service));
      return value;
    },
    call.deadline,
  );
};

/** The heartbeat counts from the time at which the task was scheduled. */
const openToken = (call: TaskCall): { token: string; answerAt: string } => {
  const { run, frame, token = '' } = call.context;
  const answerAt = frame.place();
  run.engine.openToken(token, {
    executionArn: run.record.arn,
    answerAt,
    state: 'started',
    ...(call.heartbeatSeconds === undefined ? {} : { heartbeatSeconds: call.heartbeatSeconds, heartbeatAt: frame.now }),
  });
  return { token, answerAt };
};
