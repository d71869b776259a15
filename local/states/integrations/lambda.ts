import { StateFailure } from '../interpreter/errors.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import { lambdaNames } from './call-errors.ts';
import { sdkMetadata } from './sdk-metadata.ts';
import { callService, requestIdOf, type TaskCall } from './task-call.ts';

interface InvokeAnswer {
  readonly StatusCode: number;
  readonly FunctionError?: string;
  readonly Payload?: Uint8Array;
  readonly ExecutedVersion?: string;
  readonly LogResult?: string;
}

const parsed = (text: string): Json => {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
};

/** The function's own error name is the state's; the cause is the whole error document. */
const functionFailure = (text: string, compact: boolean): StateFailure => {
  const document = parsed(text);
  const type = isObject(document) ? document.errorType : undefined;
  return new StateFailure(
    typeof type === 'string' && type !== '' ? type : 'Lambda.Unknown',
    compact && isObject(document) ? JSON.stringify(document) : text,
  );
};

/** A function called by `Resource: <its ARN>`: the result is what it returned, nothing around it. */
export const invokeByArn = async (call: TaskCall, functionArn: string): Promise<Json> => {
  const answer = (await callService(
    call,
    'lambda',
    'Invoke',
    { FunctionName: functionArn, InvocationType: 'RequestResponse', Payload: Buffer.from(JSON.stringify(call.args)) },
    lambdaNames,
  )) as InvokeAnswer;
  const text = Buffer.from(answer.Payload ?? []).toString();
  if (answer.FunctionError) throw functionFailure(text, false);
  return text === '' ? null : parsed(text);
};

/**
 * `states:::lambda:invoke`. A missing or null Payload reaches the function as `{}`. One that is a string is sent as it
 * is: it has to be JSON text itself, and the function gets what that text says.
 */
export const invoke = async (call: TaskCall): Promise<Json> => {
  const { Payload = null, FunctionName, ...others } = call.args as JsonObject;
  const answer = (await callService(
    call,
    'lambda',
    'Invoke',
    {
      InvocationType: 'RequestResponse',
      ...others,
      FunctionName,
      Payload: Buffer.from(typeof Payload === 'string' ? Payload : JSON.stringify(Payload ?? {})),
    },
    lambdaNames,
  )) as InvokeAnswer;
  const text = Buffer.from(answer.Payload ?? []).toString();
  if (answer.FunctionError) throw functionFailure(text, true);
  const { run } = call.context;
  const version = answer.ExecutedVersion ?? '$LATEST';
  const metadata = sdkMetadata(requestIdOf(call), run.now(), 'application/json', Buffer.byteLength(text));
  const http = metadata.SdkHttpMetadata as { AllHttpHeaders: JsonObject; HttpHeaders: JsonObject };
  http.AllHttpHeaders['X-Amz-Executed-Version'] = [version];
  http.HttpHeaders['X-Amz-Executed-Version'] = version;
  return {
    ExecutedVersion: version,
    ...(answer.LogResult === undefined ? {} : { LogResult: answer.LogResult }),
    Payload: text === '' ? null : parsed(text),
    ...metadata,
    StatusCode: answer.StatusCode,
  };
};
