import type { WireResponse } from '../kernel/service.ts';

const message = (status: number, text: string, type?: string): WireResponse => ({
  status,
  headers: { 'content-type': 'application/json', ...(type && { 'x-amzn-errortype': type }) },
  body: JSON.stringify({ message: text }),
});

/** API Gateway's own answers, in its words. */
export const gatewayResponses = {
  missingToken: message(403, 'Missing Authentication Token', 'MissingAuthenticationTokenException'),
  forbidden: message(403, 'Forbidden', 'ForbiddenException'),
  tooLarge: message(413, 'Request Too Long', 'RequestTooLargeException'),
  throttled: message(429, 'Too Many Requests', 'TooManyRequestsException'),
  failed: message(500, 'Internal server error', 'InternalServerErrorException'),
  malformed: message(502, 'Internal server error', 'InternalServerErrorException'),
  timedOut: message(504, 'Endpoint request timed out'),
  accessDenied: (text: string): WireResponse => ({
    status: 403,
    headers: { 'content-type': 'application/json', 'x-amzn-errortype': 'AccessDeniedException' },
    body: JSON.stringify({ Message: text }),
  }),
} as const;

type Scalar = string | number | boolean;

const isScalar = (value: unknown): value is Scalar => ['string', 'number', 'boolean'].includes(typeof value);

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Headers that belong to the connection; API Gateway passes a function's own on under another name. */
const REMAPPED = new Set(['connection', 'content-length', 'date', 'server', 'transfer-encoding', 'www-authenticate']);

const addHeaders = (into: Record<string, string>, headers: unknown, multi: boolean): boolean => {
  if (headers === undefined || headers === null) return true;
  if (!isRecord(headers)) return false;
  for (const [name, value] of Object.entries(headers)) {
    const values = multi ? value : [value];
    if (!Array.isArray(values) || !values.every(isScalar)) return false;
    const lower = name.toLowerCase();
    into[REMAPPED.has(lower) ? `x-amzn-remapped-${lower}` : lower] = values.join(',');
  }
  return true;
};

/** What the function's answer makes of the response; anything that is not of the proxy's form is a 502. */
export const proxyResponse = (payload: Buffer): WireResponse => {
  let answer: unknown;
  try {
    answer = JSON.parse(payload.toString('utf8'));
  } catch {
    return gatewayResponses.malformed;
  }
  if (!isRecord(answer)) return gatewayResponses.malformed;
  const status = Number(answer.statusCode);
  const known = ['statusCode', 'headers', 'multiValueHeaders', 'body', 'isBase64Encoded'];
  if (Object.keys(answer).some((name) => !known.includes(name))) return gatewayResponses.malformed;
  if (!Number.isInteger(status) || status < 100 || status > 599) return gatewayResponses.malformed;
  const { body } = answer;
  if (body !== undefined && body !== null && typeof body !== 'string') return gatewayResponses.malformed;
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  if (!addHeaders(headers, answer.headers, false) || !addHeaders(headers, answer.multiValueHeaders, true))
    return gatewayResponses.malformed;
  // Base64 stays text: an API without binary media types does not decode it.
  return { status, headers, body: typeof body === 'string' ? body : '' };
};
