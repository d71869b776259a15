import type { Json, JsonObject } from '../json.ts';
import { sqsNames } from './call-errors.ts';
import { sdkMetadata } from './sdk-metadata.ts';
import { callService, requestIdOf, type TaskCall } from './task-call.ts';

/** `states:::sqs:sendMessage`: a body that is not a string is sent as its JSON text. */
export const sendMessage = async (call: TaskCall): Promise<Json> => {
  const { MessageBody, ...others } = call.args as JsonObject;
  const body = MessageBody === undefined || MessageBody === null ? {} : { MessageBody: textOf(MessageBody) };
  const answer = (await callService(call, 'sqs', 'SendMessage', { ...others, ...body }, sqsNames)) as JsonObject;
  const { run } = call.context;
  return {
    ...answer,
    ...sdkMetadata(requestIdOf(call), run.now(), 'application/x-amz-json-1.0', JSON.stringify(answer).length),
  };
};

const textOf = (body: Json): string => (typeof body === 'string' ? body : JSON.stringify(body));
