import type { z } from 'zod';
import { failure } from './error-names.ts';
import { AwsError } from './errors.ts';
import type { Service } from './service.ts';

/** What the schema refused, in the service's own form, naming the parameter and never its value. */
export const invalidInput = (service: Service, error: z.ZodError): AwsError => {
  const issue = error.issues[0];
  if (!issue) return failure(service, 'invalidInput', 'The request is not valid.');
  const place = wirePath(service, issue.path);
  const unknown =
    issue.code === 'unrecognized_keys' ? issue.keys.map((key) => (place === '' ? key : `${place}.${key}`)) : [];
  const missing = issue.code === 'invalid_type' && /received undefined/.test(issue.message);

  if (service.protocol === 'ec2-query' && unknown.length > 0)
    return new AwsError('UnknownParameter', `The parameter ${unknown[0]} is not recognized by the local cloud`);
  if (service.protocol === 'ec2-query' && missing)
    return new AwsError('MissingParameter', `The request must contain the parameter ${place}`);
  if (unknown.length > 0)
    return failure(service, 'invalidInput', `The local cloud does not have the parameter ${unknown.join(', ')}.`);
  const what = missing ? 'Member must not be null' : issue.message;
  return failure(
    service,
    'invalidInput',
    `1 validation error detected: Value at '${place}' failed to satisfy constraint: ${what}`,
  );
};

/** Query parameters count their lists from 1: `Filter.1.Value`. */
const wirePath = (service: Service, path: readonly PropertyKey[]): string =>
  service.protocol.endsWith('-query')
    ? path.map((part) => (typeof part === 'number' ? part + 1 : String(part))).join('.')
    : path.map(String).join('.');
