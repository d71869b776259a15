import { z } from 'zod';
import { AwsError } from '../kernel/errors.ts';
import { type Operation, operation } from '../kernel/service.ts';
import type { EventInvocations } from './event-invocations.ts';
import { type Functions, functionAccess } from './functions.ts';
import type { InstancePool } from './instance-pool.ts';

const LARGEST_REQUEST = 6_291_456;
const LARGEST_EVENT = 1_048_576;

/** The payload as JSON text; an empty one counts as `{}`. Throws RequestTooLarge, InvalidRequestContent. */
const readPayload = (payload: Buffer | undefined, limit: number): string => {
  if (!payload || payload.length === 0) return '{}';
  if (payload.length > limit)
    throw new AwsError(
      'RequestTooLargeException',
      `Request must be smaller than ${limit} bytes for the InvokeFunction operation`,
      413,
      { Type: 'User' },
    );
  const text = payload.toString('utf8');
  try {
    JSON.parse(text);
  } catch (error) {
    throw new AwsError(
      'InvalidRequestContentException',
      `Could not parse request body into json: ${(error as Error).message}`,
      400,
      { Type: 'User' },
    );
  }
  return text;
};

interface InvokeOutput {
  readonly StatusCode: number;
  readonly FunctionError?: 'Unhandled';
  readonly Payload?: Buffer;
  readonly ExecutedVersion?: string;
  /** Base64 */
  readonly LogResult?: string;
}

export const invoke = (functions: Functions, pool: InstancePool, events: EventInvocations): Operation =>
  operation({
    name: 'Invoke',
    input: z.strictObject({
      FunctionName: z.string(),
      Qualifier: z.string().optional(),
      InvocationType: z.enum(['RequestResponse', 'Event', 'DryRun']).default('RequestResponse'),
      LogType: z.enum(['None', 'Tail']).default('None'),
      ClientContext: z.string().optional(),
      Payload: z.instanceof(Buffer).optional(),
    }),
    route: { method: 'POST', path: '/2015-03-31/functions/{FunctionName}/invocations' },
    redact: ['Payload', 'ClientContext'],
    parse: (request, params) => {
      const header = (name: string, member: string) =>
        request.headers[name] === undefined ? {} : { [member]: request.headers[name] };
      const qualifier = request.query.get('Qualifier');
      return {
        ...params,
        ...(qualifier !== null && { Qualifier: qualifier }),
        ...header('x-amz-invocation-type', 'InvocationType'),
        ...header('x-amz-log-type', 'LogType'),
        ...header('x-amz-client-context', 'ClientContext'),
        Payload: request.body,
      };
    },
    access: (input, call) => [
      functionAccess(functions.open(input.FunctionName, call, input.Qualifier), 'lambda:InvokeFunction'),
    ],
    async run(input, call): Promise<InvokeOutput> {
      const record = functions.open(input.FunctionName, call, input.Qualifier);
      const event = input.InvocationType === 'Event';
      const payload = readPayload(input.Payload, event ? LARGEST_EVENT : LARGEST_REQUEST);
      if (input.InvocationType === 'DryRun') return { StatusCode: 204 };
      if (event) {
        events.accept(record.aliasArn ?? record.arn, payload, call.requestId);
        return { StatusCode: 202 };
      }
      const outcome = await pool.invoke(record, payload, call.requestId);
      return {
        StatusCode: 200,
        ...(outcome.failed && { FunctionError: 'Unhandled' as const }),
        ...(input.LogType === 'Tail' && { LogResult: outcome.logTail.toString('base64') }),
        ExecutedVersion: '$LATEST',
        Payload: Buffer.from(outcome.payload),
      };
    },
    render: (output) => ({
      status: output.StatusCode,
      headers: {
        'content-type': 'application/json',
        ...(output.ExecutedVersion && { 'x-amz-executed-version': output.ExecutedVersion }),
        ...(output.FunctionError && { 'x-amz-function-error': output.FunctionError }),
        ...(output.LogResult && { 'x-amz-log-result': output.LogResult }),
      },
      ...(output.Payload && { body: output.Payload }),
    }),
  });
