import type { Invocation } from './records.ts';

/** As AWS writes it: without milliseconds. */
export const scheduledTime = (invocation: Invocation): string =>
  new Date(invocation.scheduledAt).toISOString().replace(/\.\d{3}Z$/, 'Z');

/** Fills `<aws.scheduler.…>` keywords in. Each attempt has an execution id of its own; attempts count from 1. */
export const fillContextAttributes = (input: string, invocation: Invocation, executionId: string): string => {
  const values: Readonly<Record<string, string>> = {
    'schedule-arn': invocation.scheduleArn,
    'scheduled-time': scheduledTime(invocation),
    'execution-id': executionId,
    'attempt-number': String(invocation.failures + 1),
  };
  return input.replace(/<aws\.scheduler\.([a-z-]+)>/g, (keyword, name: string) => values[name] ?? keyword);
};
