import { createHmac, createSecretKey, hash, type KeyObject, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { AwsError } from '../kernel/errors.ts';

/** What a request says of its own signature (AWS Signature Version 4). */
export interface SignatureClaim {
  readonly accessKeyId: string;
  /** `YYYYMMDD`. */
  readonly date: string;
  readonly region: string;
  readonly service: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  /** `YYYYMMDDTHHMMSSZ`. */
  readonly timestamp: string;
  readonly sessionToken?: string;
  /** Signed in the query: how many seconds it is good for. */
  readonly expiresSeconds?: number;
}

const AUTHORIZATION = /^AWS4-HMAC-SHA256 +Credential=([^,]+), *SignedHeaders=([^,]+), *Signature=([0-9a-f]{64})$/;

/** The signature of a request, from its header or its query; undefined if it has none. Throws AwsError if it is broken. */
export const readSignature = (headers: IncomingHttpHeaders, rawQuery: string): SignatureClaim | undefined => {
  const { authorization } = headers;
  if (authorization !== undefined) {
    const [, credential, signedHeaders, signature] = AUTHORIZATION.exec(authorization) ?? [];
    if (!credential || !signedHeaders || !signature)
      throw incomplete("the Authorization header isn't AWS4-HMAC-SHA256's");
    const token = headers['x-amz-security-token'];
    const timestamp = headers['x-amz-date'] ?? httpDate(headers.date);
    if (typeof timestamp !== 'string')
      throw incomplete("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header");
    return {
      ...readCredential(credential),
      signedHeaders: signedHeaders.split(';'),
      signature,
      timestamp,
      ...(typeof token === 'string' ? { sessionToken: token } : {}),
    };
  }
  if (!rawQuery.includes('X-Amz-Signature=')) return undefined;
  const query = new URLSearchParams(rawQuery);
  const need = (name: string): string => {
    const value = query.get(name);
    if (value === null) throw incomplete(`the query lacks ${name}`);
    return value;
  };
  if (need('X-Amz-Algorithm') !== 'AWS4-HMAC-SHA256') throw incomplete('X-Amz-Algorithm is not AWS4-HMAC-SHA256');
  const token = query.get('X-Amz-Security-Token');
  return {
    ...readCredential(need('X-Amz-Credential')),
    signedHeaders: need('X-Amz-SignedHeaders').split(';'),
    signature: need('X-Amz-Signature'),
    timestamp: need('X-Amz-Date'),
    expiresSeconds: Number(need('X-Amz-Expires')),
    ...(token === null ? {} : { sessionToken: token }),
  };
};

const readCredential = (credential: string) => {
  const parts = credential.split('/');
  const [accessKeyId, date, region, service, terminator] = parts;
  if (parts.length !== 5 || !accessKeyId || !date || !region || !service || terminator !== 'aws4_request')
    throw incomplete('Credential is not <key>/<date>/<region>/<service>/aws4_request');
  return { accessKeyId, date, region, service };
};

const incomplete = (what: string): AwsError => new AwsError('IncompleteSignature', `Request signature: ${what}.`, 400);

const httpDate = (date: string | undefined): string | undefined =>
  date === undefined ? undefined : `${new Date(date).toISOString().replace(/[-:]/g, '').slice(0, 15)}Z`;

/** `YYYYMMDDTHHMMSSZ` to ms since 1970; NaN if it is no such time. */
export const parseTimestamp = (text: string): number => {
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text) ?? [];
  return Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
};

/** Whether the signature is the one that the secret key gives for this request. */
export const signatureFits = (
  claim: SignatureClaim,
  secretAccessKey: string,
  request: {
    readonly method: string;
    readonly rawPath: string;
    readonly rawQuery: string;
    readonly headers: IncomingHttpHeaders;
    readonly payloadHash: string;
  },
): boolean => {
  const { headers } = request;
  const canonicalHeaders = claim.signedHeaders.map((name) => `${name}:${canonicalHeader(headers[name])}\n`).join('');
  const canonicalRequest = [
    request.method,
    // S3 takes paths as they are sent; all others normalise and encode what is encoded already once more.
    claim.service === 's3' ? request.rawPath : canonicalPath(request.rawPath),
    canonicalQuery(request.rawQuery),
    canonicalHeaders,
    claim.signedHeaders.join(';'),
    request.payloadHash,
  ].join('\n');
  const scope = `${claim.date}/${claim.region}/${claim.service}/aws4_request`;
  const toSign = `AWS4-HMAC-SHA256\n${claim.timestamp}\n${scope}\n${hash('sha256', canonicalRequest, 'hex')}`;
  const expected = createHmac('sha256', signingKey(claim, secretAccessKey)).update(toSign).digest();
  const actual = Buffer.from(claim.signature, 'hex');
  return actual.length === expected.length && timingSafeEqual(actual, expected);
};

const signingKeys = new Map<string, KeyObject>();
const SIGNING_KEYS_KEPT = 1_000;

/** Four HMACs that are the same all day for one key, region and service. */
export const signingKey = ({ date, region, service }: SignatureClaim, secretAccessKey: string): KeyObject => {
  const id = `${secretAccessKey}/${date}/${region}/${service}`;
  let key = signingKeys.get(id);
  if (!key) {
    const mac = (secret: string | Buffer, text: string): Buffer => createHmac('sha256', secret).update(text).digest();
    const day = mac(`AWS4${secretAccessKey}`, date);
    // an object: given as bytes, Node makes one of them for each HMAC, which takes most of its time
    key = createSecretKey(mac(mac(mac(day, region), service), 'aws4_request'));
    if (signingKeys.size >= SIGNING_KEYS_KEPT) signingKeys.clear();
    signingKeys.set(id, key);
  }
  return key;
};

const canonicalHeader = (value: string | string[] | undefined): string =>
  (Array.isArray(value) ? value.join(',') : (value ?? '')).replace(/[ \t]+/g, ' ').trim();

const canonicalPath = (rawPath: string): string => {
  const segments: string[] = [];
  for (const segment of rawPath.split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment === '..') segments.pop();
    else segments.push(escapeUri(segment));
  }
  const trailing = segments.length > 0 && rawPath.endsWith('/') ? '/' : '';
  return `/${segments.join('/')}${trailing}`;
};

const canonicalQuery = (rawQuery: string): string => {
  if (rawQuery === '') return '';
  return rawQuery
    .split('&')
    .filter((pair) => pair !== '' && !pair.startsWith('X-Amz-Signature='))
    .map((pair) => {
      const at = pair.indexOf('=');
      const [name, value] = at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
      return [escapeUri(decodeUri(name)), escapeUri(decodeUri(value))] as const;
    })
    .sort(([a, x], [b, y]) => (a < b ? -1 : a > b ? 1 : x < y ? -1 : x > y ? 1 : 0))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
};

/** RFC 3986: all but letters, digits and `-._~`. */
const escapeUri = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);

/** Decodes a part of a URL. Throws AwsError if it is not properly encoded. */
export const decodeUri = (text: string): string => {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    throw new AwsError('InvalidURI', "Couldn't parse the specified URI.", 400);
  }
};
