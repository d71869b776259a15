import { z } from 'zod';
import { PathParameters } from '../../core/contracts/api.ts';
import { InvalidRequest, NotFound } from '../../core/domain/errors.ts';
import { invalidRequest } from '../../core/domain/request-problem.ts';
import { type Endpoint, type RequestOf, type Route, segmentsOf } from './endpoint.ts';
import type { GatewayEvent } from './gateway-event.ts';

/** The largest that is needed is 1,000 instance ids, 23 KB. */
const LARGEST_BODY_BYTES = 64 * 1_024;

const check = <T extends z.ZodType>(schema: T, value: unknown): z.output<T> => {
  // reportInput: so that a missing field can be told from a wrong one
  const result = schema.safeParse(value, { reportInput: true });
  if (!result.success) throw invalidRequest(result.error);
  return result.data;
};

const isParameter = (segment: string): boolean => segment.startsWith('{');

const matches = (pattern: readonly string[], path: readonly string[]): boolean =>
  pattern.length === path.length &&
  pattern.every((segment, i) => (isParameter(segment) ? path[i] !== '' : segment === path[i]));

/** Errors: NotFound, the same for every path that leads nowhere. */
export const findEndpoint = <C>(endpoints: readonly Endpoint<C>[], event: GatewayEvent): Endpoint<C> => {
  const path = segmentsOf(event.path);
  const fitting = endpoints.filter(
    ({ route, segments }) => route.method === event.httpMethod && matches(segments, path),
  );
  // as API Gateway does: a name beats a parameter
  const found = fitting.find(({ segments }) => !segments.some(isParameter)) ?? fitting[0];
  if (found) return found;
  throw new NotFound('This API has no such route.', { remedy: 'Check the method and the path.' });
};

const decoded = (segment: string): string => {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment; // no valid encoding: refused below, for no id has a percent sign
  }
};

const parseParams = (endpoint: Endpoint<never>, event: GatewayEvent): Record<string, string> => {
  const path = segmentsOf(event.path);
  const names = endpoint.segments.flatMap((segment, i) => (isParameter(segment) ? [[segment.slice(1, -1), i]] : []));
  const values = Object.fromEntries(names.map(([name, i]) => [name, decoded(path[Number(i)] ?? '')]));
  const forms: Readonly<Record<string, z.ZodType<string>>> = PathParameters;
  const shape = Object.fromEntries(names.map(([name]) => [name, forms[String(name)] ?? z.string()]));
  return check(z.strictObject(shape), values) as Record<string, string>;
};

const parseQuery = (schema: z.ZodType, event: GatewayEvent): unknown => {
  const all = Object.entries(event.multiValueQueryStringParameters ?? {});
  const twice = all.find(([, values]) => values !== undefined && values.length > 1);
  if (twice) {
    throw new InvalidRequest(`${twice[0].slice(0, 100)} is given more than once.`, {
      field: twice[0].slice(0, 100),
      remedy: 'Give it once.',
    });
  }
  const once = all.map(([name, values]) => [name, values?.[0] ?? ''] as const);
  return check(schema, { ...event.queryStringParameters, ...Object.fromEntries(once) });
};

const parseBody = (schema: z.ZodType | undefined, event: GatewayEvent): unknown => {
  const raw = event.body ?? '';
  const bytes = Buffer.from(raw, event.isBase64Encoded ? 'base64' : 'utf8');
  if (bytes.length > LARGEST_BODY_BYTES) {
    throw new InvalidRequest(`The body has ${bytes.length} bytes; at most ${LARGEST_BODY_BYTES} are read.`, {
      remedy: 'Send less at a time.',
    });
  }
  const text = bytes.toString('utf8').trim();
  if (!schema) {
    if (text === '' || text === '{}') return undefined;
    throw new InvalidRequest('This route takes no body.', { remedy: 'Send the request without one.' });
  }
  if (text === '') throw new InvalidRequest('The body is missing.', { remedy: 'Send a JSON object.' });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new InvalidRequest('The body is not JSON.', { remedy: 'Send a JSON object.', cause });
  }
  return check(schema, value);
};

const IDEMPOTENCY_KEY = 'Idempotency-Key';

const parseIdempotencyKey = ({ httpMethod, headers }: GatewayEvent): string | undefined => {
  if (httpMethod !== 'POST') return undefined;
  const key = Object.entries(headers ?? {}).find(([name]) => name.toLowerCase() === IDEMPOTENCY_KEY.toLowerCase())?.[1];
  if (key === undefined || /^[\w:.-]{1,128}$/.test(key)) return key;
  throw new InvalidRequest(`${IDEMPOTENCY_KEY} must have 1 to 128 letters, digits and : . _ -`, {
    field: IDEMPOTENCY_KEY,
    remedy: 'Use a fresh UUID for each new request.',
  });
};

/** Errors: InvalidRequest, naming the field. */
export const parseRequest = (endpoint: Endpoint<never>, event: GatewayEvent): RequestOf<Route> => {
  const idempotencyKey = parseIdempotencyKey(event);
  return {
    params: parseParams(endpoint, event),
    query: parseQuery(endpoint.route.query, event),
    body: parseBody(endpoint.route.body, event) as undefined,
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
  };
};
