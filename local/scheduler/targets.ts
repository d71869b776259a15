import { AwsError } from '../kernel/errors.ts';
import type { Kernel, Principal } from '../kernel/service.ts';
import type { Invocation } from './records.ts';

/** An API call that a target stands for. */
export interface TargetCall {
  readonly service: 'lambda' | 'states';
  readonly operation: string;
  /** As the dead-letter event names it. */
  readonly apiArn: string;
  readonly request: Readonly<Record<string, string>>;
}

const TARGET = /^arn:aws:(lambda|states):[a-z0-9-]+:\d{12}:(function|stateMachine):[\w.:$-]+$/;

/** Throws ValidationException for targets that cannot be invoked here: all but functions and state machines. */
export const assertTarget = (arn: string): void => {
  if (!/^arn:aws:[a-z0-9-]+:[a-z0-9-]*:(\d{12})?:.+$/.test(arn))
    throw new AwsError('ValidationException', 'Provided Arn is not in correct format.', 400);
  const [, service, type] = TARGET.exec(arn) ?? [];
  if ((service === 'lambda' && type === 'function') || (service === 'states' && type === 'stateMachine')) return;
  const what = `The local cloud invokes functions and state machines only, not ${arn}`;
  throw new AwsError('ValidationException', what, 400);
};

/** Functions are invoked without waiting for them; `input` is the payload with its context attributes filled in. */
export const targetCall = (targetArn: string, input: string): TargetCall =>
  targetArn.startsWith('arn:aws:lambda:')
    ? {
        service: 'lambda',
        operation: 'Invoke',
        apiArn: 'arn:aws:scheduler:::aws-sdk:lambda:invoke',
        request: { FunctionName: targetArn, InvocationType: 'Event', Payload: input },
      }
    : {
        service: 'states',
        operation: 'StartExecution',
        apiArn: 'arn:aws:scheduler:::aws-sdk:sfn:startExecution',
        request: { StateMachineArn: targetArn, Input: input },
      };

/** Makes the call with the schedule's role. Throws AwsError. */
export const callTarget = async (kernel: Kernel, role: Principal, region: string, call: TargetCall): Promise<void> => {
  const { Payload, StateMachineArn, Input, ...others } = call.request;
  const input =
    call.service === 'lambda'
      ? { ...others, Payload: Buffer.from(Payload ?? '') }
      : { stateMachineArn: StateMachineArn, input: Input };
  await kernel.call(role, region, call.service, call.operation, input);
};

/** What a target gets whose schedule has no Input. */
export const defaultInput = (invocation: Invocation): string =>
  JSON.stringify({
    version: '0',
    id: '<aws.scheduler.execution-id>',
    'detail-type': 'Scheduled Event',
    source: 'aws.scheduler',
    account: invocation.accountId,
    time: '<aws.scheduler.scheduled-time>',
    region: invocation.region,
    resources: [invocation.scheduleArn],
    detail: '{}',
  });
