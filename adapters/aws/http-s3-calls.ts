import type { CountCall } from '../../core/contracts/billed-calls.ts';
import { classOfS3, isBilled } from './billed-answers.ts';
import type { CredentialSource } from './ebs-calls.ts';
import { type BodyPlace, createHttpExchange, type HttpAnswer } from './http-exchange.ts';
import { createEbsSigner as createSigner, EMPTY_PAYLOAD_HASH, UNSIGNED_PAYLOAD } from './sign-ebs-request.ts';

export interface HttpS3Options {
  readonly region: string;
  readonly bucket: string;
  readonly credentials: CredentialSource;
  /** Absent: AWS's endpoint of the region. Present: the bucket is part of the path, not of the host's name. */
  readonly endpoint?: string | undefined;
  readonly connections: number;
  readonly now?: () => number;
  readonly count?: CountCall;
}

export interface S3Call {
  readonly method: 'GET' | 'PUT' | 'DELETE';
  /** Absent: the bucket itself. */
  readonly key?: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  /** Lower-case names; all are signed. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** Where a body that is answered goes; absent: memory of its own. */
  readonly into?: Uint8Array;
}

/** What S3 answered instead of what was asked for, in the form that s3-retry.ts classifies. */
export class S3CallError extends Error {
  override readonly name: string;
  readonly $metadata: { readonly httpStatusCode: number };
  constructor(code: string, status: number, message: string) {
    super(message);
    this.name = code;
    this.$metadata = { httpStatusCode: status };
  }
}

/** Of one bucket. One try a call; whatever is not 2xx is thrown as S3CallError, a broken connection as EbsCallError. */
export interface HttpS3Calls {
  call(request: S3Call, signal: AbortSignal): Promise<HttpAnswer>;
  close(): void;
}

/** AWS refuses signatures that are more than 15 minutes off; far less than that is worth correcting. */
const SKEW_THAT_MATTERS_MS = 4 * 60_000;
/** An index object of tens of millions of blocks; whatever is above would not fit the node anyway. */
const LONGEST_BODY_BYTES = 2 ** 31;

const originOf = ({ region, bucket, endpoint }: HttpS3Options): { origin: URL; base: string } => {
  if (endpoint !== undefined) return { origin: new URL(endpoint), base: `/${bucket}` };
  const host = `s3.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
  // The certificate is for *.s3…: it covers no name with a dot in it.
  return bucket.includes('.')
    ? { origin: new URL(`https://${host}`), base: `/${bucket}` }
    : { origin: new URL(`https://${bucket}.${host}`), base: '' };
};

const encodeKey = (key: string): string =>
  encodeURIComponent(key)
    .replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%2F', '/');

/** Exactly as long as the body, so that it is neither collected in pieces nor joined. */
const roomFor = ({ headers }: { readonly headers: Readonly<Record<string, string>> }): Uint8Array | undefined => {
  const length = Number(headers['content-length']);
  return Number.isSafeInteger(length) && length <= LONGEST_BODY_BYTES ? Buffer.allocUnsafeSlow(length) : undefined;
};

/**
 * S3 over the HTTP of the EBS transport: the SDK's client costs each thread some 15 MiB, takes a body in as 64 KiB
 * pieces that it then joins, and hashes every body that it sends. Bodies are not signed; their checksum header is.
 */
export const createHttpS3Calls = (options: HttpS3Options): HttpS3Calls => {
  const { region, credentials, connections, now = Date.now, count } = options;
  const { origin, base } = originOf(options);
  const exchange = createHttpExchange(origin, connections);
  const sign = createSigner(region, 's3');
  let clockOffsetMs = 0;

  const adjustClock = (answer: HttpAnswer): void => {
    const server = Date.parse(answer.headers.date ?? '');
    if (answer.status === 403 && Math.abs(server - (now() + clockOffsetMs)) >= SKEW_THAT_MATTERS_MS)
      clockOffsetMs = server - now();
  };

  return {
    async call({ method, key, query = {}, headers = {}, body, into }, signal) {
      const signed = sign(
        {
          method,
          host: origin.host,
          path: key === undefined ? base || '/' : `${base}/${encodeKey(key)}`,
          query: Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined),
          headers,
          payloadHash: body ? UNSIGNED_PAYLOAD : EMPTY_PAYLOAD_HASH,
        },
        credentials(),
        new Date(now() + clockOffsetMs),
      );
      const length = body ? { 'content-length': String(body.length) } : {};
      const place: BodyPlace = into ?? roomFor;
      const answer = await exchange.send(
        { method, target: signed.target, headers: { ...signed.headers, ...length }, ...(body ? { body } : {}) },
        place,
        signal,
      );
      const billed = isBilled(answer.status) ? classOfS3(method, key === undefined) : undefined;
      if (billed) count?.(billed);
      if (answer.status >= 200 && answer.status < 300) return answer;
      adjustClock(answer);
      throw errorOf(answer);
    },
    close: () => exchange.close(),
  };
};

const errorOf = ({ status, body }: HttpAnswer): S3CallError => {
  const text = Buffer.from(body).toString('utf8', 0, 16_384);
  const field = (name: string): string | undefined => new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1];
  return new S3CallError(field('Code') ?? `Http${status}`, status, field('Message') ?? `HTTP ${status}`);
};
