import { isObject, type Json } from '../json.ts';
import type { ServiceNames } from './call-errors.ts';
import { callService, type TaskCall } from './task-call.ts';

const targets: Readonly<Record<string, { service: string; prefix: string; camel: boolean }>> = {
  dynamodb: { service: 'dynamodb', prefix: 'DynamoDb', camel: false },
  sfn: { service: 'states', prefix: 'Sfn', camel: true },
};

/** `states:::aws-sdk:<service>:<action>`: the API's own members, in PascalCase whatever the API has. */
export const callSdk = async (call: TaskCall, service: string, action: string): Promise<Json> => {
  const target = targets[service];
  if (!target) throw new Error(`the SDK integration of ${service} passed validation`);
  const names: ServiceNames = {
    prefix: target.prefix,
    service: target.prefix,
    unmodelled: `${target.prefix}Exception`,
  };
  const operation = `${action.charAt(0).toUpperCase()}${action.slice(1)}`;
  const input = target.camel ? renamed(call.args, 'toLowerCase') : call.args;
  const answer = (await callService(call, target.service, operation, input, names)) as Json;
  return target.camel ? renamed(answer ?? {}, 'toUpperCase') : (answer ?? {});
};

const renamed = (value: Json, change: 'toLowerCase' | 'toUpperCase'): Json => {
  if (Array.isArray(value)) return value.map((item) => renamed(item, change));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [`${name.charAt(0)[change]()}${name.slice(1)}`, renamed(item, change)]),
  );
};
