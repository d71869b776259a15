import type { HistoryEvent } from '@aws-sdk/client-sfn';
import { withoutSecrets } from '../../core/domain/without-secrets.ts';

/** Of a cause as shown; a Lambda's stack traces and a nested execution's whole description go beyond it. */
const LONGEST_CAUSE = 1_000;

interface Problem {
  readonly error?: string | undefined;
  readonly cause?: string | undefined;
}

export const isFailure = (type: string): boolean => /(Failed|TimedOut|Aborted)$/.test(type);

/** The details of a failure are in a member of the event named after its type: `taskFailedEventDetails`, … */
export const problemOf = (event: HistoryEvent): Problem => {
  const { type = '' } = event;
  const member = `${type.charAt(0).toLowerCase()}${type.slice(1)}EventDetails`;
  const details: unknown = Object.entries(event).find(([name]) => name === member)?.[1];
  return typeof details === 'object' && details !== null ? details : {};
};

/** The error as its thrower named it, however many executions handed it on. */
export const pathError = (type: string, { error, cause }: Problem): { name: string; cause: string } => {
  const fallback = type.endsWith('TimedOut') ? 'States.Timeout' : type.endsWith('Aborted') ? 'States.Aborted' : type;
  return innermost(error || fallback, cause ?? '', 5);
};

const innermost = (name: string, cause: string, depth: number): { name: string; cause: string } => {
  const document = depth > 0 ? parsed(cause) : undefined;
  // A nested execution's description, as `startExecution.sync` hands it on.
  if (typeof document?.Error === 'string')
    return innermost(document.Error, typeof document.Cause === 'string' ? document.Cause : '', depth - 1);
  // What a Lambda function threw.
  if (typeof document?.errorMessage === 'string') return { name, cause: shownCause(document.errorMessage) };
  // Any other description of an execution has its input in it.
  if (document && 'ExecutionArn' in document) return { name, cause: String(document.Status ?? '') };
  return { name, cause: shownCause(cause) };
};

const shownCause = (cause: string): string => withoutSecrets(cause).slice(0, LONGEST_CAUSE);

const parsed = (text: string): Record<string, unknown> | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
};
