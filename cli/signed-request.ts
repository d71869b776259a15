/** One HTTP request, signed with the user's own AWS credentials as API Gateway's AWS_IAM wants it. */
import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';

/** API Gateway itself gives up after 29 s. */
const TIMEOUT_MS = 35_000;

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Whose requests they are, and to which API. */
export interface Signer {
  readonly url: URL;
  readonly region: string;
  /** `anew`: as they are now where they come from. */
  readonly credentials: (how?: { readonly anew: boolean }) => Promise<Credentials>;
}

export interface SignedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

export interface Answer {
  readonly status: number;
  readonly ok: boolean;
  readonly text: string;
}

/** As SigV4 wants it, and so signed and sent alike: URLSearchParams writes spaces and stars its own way. */
const escaped = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);

/** Errors: whatever fetch throws (no answer), and what `credentials` throws. */
export const sendSigned = async (
  url: URL,
  region: string,
  credentials: Credentials,
  { method, path, query, headers: extra, body }: SignedRequest,
): Promise<Answer> => {
  const signer = new SignatureV4({ service: 'execute-api', region, sha256: Sha256, credentials });
  const request = await signer.sign({
    method,
    protocol: url.protocol,
    hostname: url.hostname,
    path,
    query: { ...query },
    headers: {
      host: url.host,
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...extra,
    },
    ...(body === undefined ? {} : { body }),
  });
  const target = new URL(path, url);
  target.search = Object.entries(query)
    .map(([name, value]) => `${escaped(name)}=${escaped(value)}`)
    .join('&');
  // fetch sets host itself, to the very value that was signed
  const { host: _, ...headers } = request.headers;
  const response = await fetch(target, {
    method,
    headers,
    signal: AbortSignal.timeout(TIMEOUT_MS),
    ...(body === undefined ? {} : { body }),
  });
  return { status: response.status, ok: response.ok, text: await response.text() };
};

/** As the gateway refuses what is signed with credentials that are over; nothing of ours has heard of it then. */
const haveEnded = ({ status, text }: Answer): boolean =>
  status === 403 && /security token included in the request is (expired|invalid)/i.test(text);

/**
 * With `own`, which the signer has given; once more with those that were put in their place meanwhile, where `own` are over.
 * Errors: as sendSigned.
 */
export const sendAsUser = async (
  { url, region, credentials }: Signer,
  own: Credentials,
  request: SignedRequest,
): Promise<Answer> => {
  const answer = await sendSigned(url, region, own, request);
  if (!haveEnded(answer)) return answer;
  const renewed = await credentials({ anew: true }).catch(() => own);
  const isSame = renewed.accessKeyId === own.accessKeyId && renewed.sessionToken === own.sessionToken;
  return isSame ? answer : sendSigned(url, region, renewed, request);
};
