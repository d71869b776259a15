import type { AwsError } from '../kernel/errors.ts';
import type { Kernel, Principal } from '../kernel/service.ts';
import { scheduledTime } from './context-attributes.ts';
import type { Invocation } from './records.ts';
import type { TargetCall } from './targets.ts';

/** Why no further attempt is made; a permanent error has no such condition. */
export type Exhausted = 'MaximumRetryAttempts' | 'MaximumEventAgeInSeconds';

export interface DeadLetter {
  readonly call: TargetCall;
  readonly executionId: string;
  readonly error: AwsError;
  readonly exhausted: Exhausted | undefined;
}

/** Sends what could not be delivered to the dead-letter queue, with the schedule's role. Throws AwsError. */
export const sendDeadLetter = async (
  kernel: Kernel,
  role: Principal,
  queueArn: string,
  invocation: Invocation,
  { call, executionId, error, exhausted }: DeadLetter,
): Promise<void> => {
  const [, , , region = '', accountId = '', name = ''] = queueArn.split(':');
  const attributes: Readonly<Record<string, string>> = {
    ERROR_CODE: error.code,
    ERROR_MESSAGE: error.message,
    EXECUTION_ID: executionId,
    ...(exhausted && { EXHAUSTED_RETRY_CONDITION: exhausted }),
    IS_PAYLOAD_TRUNCATED: 'false',
    RETRY_ATTEMPTS: String(invocation.failures),
    SCHEDULED_TIME: scheduledTime(invocation),
    SCHEDULE_ARN: invocation.scheduleArn,
    TARGET_ARN: call.apiArn,
  };
  await kernel.call(role, region, 'sqs', 'SendMessage', {
    QueueUrl: `${kernel.endpoint}/${accountId}/${name}`,
    MessageBody: JSON.stringify(call.request),
    MessageAttributes: Object.fromEntries(
      Object.entries(attributes).map(([key, value]) => [key, { DataType: 'String', StringValue: value }]),
    ),
  });
};
