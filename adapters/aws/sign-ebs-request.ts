import { createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto';
import type { EbsCredentials } from './ebs-calls.ts';

export interface RequestToSign {
  readonly method: string;
  readonly host: string;
  /** Encoded, without the query. */
  readonly path: string;
  /** Name and value, not encoded. */
  readonly query: readonly (readonly [string, string])[];
  /** `x-amz-…` headers in lower case; all are signed. */
  readonly headers: Readonly<Record<string, string>>;
  /** Hex SHA-256 of the body, or `UNSIGNED-PAYLOAD`. */
  readonly payloadHash: string;
}

export interface SignedRequest {
  /** Path and query as they go on the wire. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
}

export const EMPTY_PAYLOAD_HASH = hash('sha256', '', 'hex');
/** PutSnapshotBlock's body is not signed: EBS compares it with the checksum header, which is. */
export const UNSIGNED_PAYLOAD = 'UNSIGNED-PAYLOAD';

/** RFC 3986: encodeURIComponent leaves five characters that SigV4 wants encoded. */
const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);

const hmac = (key: KeyObject | Uint8Array | string, text: string): Buffer =>
  createHmac('sha256', key).update(text).digest();

/**
 * Signature Version 4 for one service and region. The day's key is kept, so that a request costs two hashes and one
 * HMAC over a few hundred bytes.
 */
export const createEbsSigner = (region: string, service = 'ebs') => {
  let cachedFor = '';
  // An object: given as bytes, Node makes one of them for each HMAC, which takes 22 of 26 µs.
  let cachedKey: KeyObject;
  const signingKey = (secret: string, day: string): KeyObject => {
    const wanted = `${day}/${secret}`;
    if (wanted !== cachedFor) {
      cachedKey = createSecretKey(hmac(hmac(hmac(hmac(`AWS4${secret}`, day), region), service), 'aws4_request'));
      cachedFor = wanted;
    }
    return cachedKey;
  };

  return (request: RequestToSign, credentials: EbsCredentials, now: Date): SignedRequest => {
    const time = `${now.toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
    const day = time.slice(0, 8);
    const headers: Record<string, string> = {
      ...request.headers,
      host: request.host,
      'x-amz-content-sha256': request.payloadHash,
      'x-amz-date': time,
      ...(credentials.sessionToken === undefined ? {} : { 'x-amz-security-token': credentials.sessionToken }),
    };
    const names = Object.keys(headers).sort();
    const signedNames = names.join(';');
    const query = request.query
      .map(([name, value]) => `${encode(name)}=${encode(value)}`)
      .sort()
      .join('&');
    const canonical = [
      request.method,
      request.path,
      query,
      ...names.map((name) => `${name}:${headers[name]}`),
      '',
      signedNames,
      request.payloadHash,
    ].join('\n');
    const scope = `${day}/${region}/${service}/aws4_request`;
    const digest = hash('sha256', canonical, 'hex');
    const signature = hmac(
      signingKey(credentials.secretAccessKey, day),
      `AWS4-HMAC-SHA256\n${time}\n${scope}\n${digest}`,
    ).toString('hex');
    headers.authorization = `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${signedNames}, Signature=${signature}`;
    return { target: query === '' ? request.path : `${request.path}?${query}`, headers };
  };
};
