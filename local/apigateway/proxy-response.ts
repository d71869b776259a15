import type { WireResponse } from '../kernel/service.ts';

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

/** What the function's answer makes of the response; undefined if it is not of the proxy's form. */
export const proxyResponse = (payload: Buffer): WireResponse | undefined => {
  let answer: unknown;
  try {
    answer = JSON.parse(payload.toString('utf8'));
  } catch {
    return undefined;
  }
  if (!isRecord(answer)) return undefined;
  const status = Number(answer.statusCode);
  const known = ['statusCode', 'headers', 'multiValueHeaders', 'body', 'isBase64Encoded'];
  if (Object.keys(answer).some((name) => !known.includes(name))) return undefined;
  if (!Number.isInteger(status) || status < 100 || status > 599) return undefined;
  const { body } = answer;
  if (body !== undefined && body !== null && typeof body !== 'string') return undefined;
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  if (!addHeaders(headers, answer.headers, false) || !addHeaders(headers, answer.multiValueHeaders, true))
    return undefined;
  // Base64 stays text: an API without binary media types does not decode it.
  return { status, headers, body: typeof body === 'string' ? body : '' };
};
