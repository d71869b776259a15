import type { Protocol, Service } from '../kernel/service.ts';
import { createAwsJson } from './aws-json.ts';
import { createAwsQuery } from './aws-query.ts';
import { createRest } from './rest.ts';
import type { CreateWireProtocol, WireProtocol } from './wire-protocol.ts';

const PROTOCOLS: Readonly<Record<Protocol, CreateWireProtocol>> = {
  'aws-json': createAwsJson,
  'aws-query': createAwsQuery,
  'ec2-query': createAwsQuery,
  'rest-json': createRest,
  'rest-xml': createRest,
};

export const createWireProtocol = (service: Service): WireProtocol => PROTOCOLS[service.protocol](service);

/** What a request without a usable signature most likely speaks, so that its error can be read. */
export const guessProtocol = (headers: Readonly<Record<string, unknown>>): Protocol => {
  if (headers['x-amz-target'] !== undefined) return 'aws-json';
  const type = String(headers['content-type'] ?? '');
  if (type.includes('x-www-form-urlencoded')) return 'aws-query';
  return type.includes('json') ? 'rest-json' : 'rest-xml';
};
