import { hash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Directory } from '../iam/directory.ts';
import { failure } from '../kernel/error-names.ts';
import { AwsError } from '../kernel/errors.ts';
import type { Principal, Protocol } from '../kernel/service.ts';
import { decodeAwsChunked } from './aws-chunked.ts';
import { parseTimestamp, type SignatureClaim, signatureFits, signingKey } from './sigv4.ts';

const FIFTEEN_MINUTES_MS = 15 * 60_000;
const EMPTY_HASH = hash('sha256', '', 'hex');
const HASH = /^[0-9a-f]{64}$/;

export interface Authenticated {
  readonly principal: Principal;
  /** The content, without the frames of `aws-chunked`. */
  readonly body: Buffer;
  /** With the trailers of `aws-chunked`, where there were any. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Whose request it is. Throws AwsError as the service would answer a signature that is wrong, late or unknown. */
export const authenticate = (
  service: { readonly name: string; readonly protocol: Protocol },
  claim: SignatureClaim,
  request: {
    readonly message: IncomingMessage;
    readonly rawPath: string;
    readonly rawQuery: string;
    readonly body: Buffer;
  },
  directory: Directory,
  clocks: { readonly now: () => number; readonly signingNow: () => number; readonly believe?: boolean | undefined },
): Authenticated => {
  const { message, body } = request;
  const credential = directory.credential(claim.accessKeyId);
  if (!credential) throw failure(service, 'invalidToken', WORDS.invalidToken[service.protocol]);
  if (claim.sessionToken !== credential.sessionToken)
    throw failure(service, 'invalidToken', WORDS.invalidToken[service.protocol]);
  checkTime(service, claim, clocks.signingNow());

  const payloadHash = payloadHashOf(service, claim, message, body);
  const fits =
    clocks.believe ||
    signatureFits(claim, credential.secretAccessKey, {
      method: message.method ?? 'GET',
      rawPath: request.rawPath,
      rawQuery: request.rawQuery,
      headers: message.headers,
      payloadHash,
    });
  if (!fits) throw failure(service, 'badSignature', WORDS.badSignature[service.protocol]);
  if (credential.expiresAt !== undefined && credential.expiresAt <= clocks.now())
    throw failure(service, 'expiredToken', service.protocol === 'ec2-query' ? 'Request has expired.' : EXPIRED);

  const headers = message.headers as Record<string, string>;
  if (!payloadHash.startsWith('STREAMING-')) return { principal: credential.principal, body, headers };
  const { content, trailers } = decodeAwsChunked(body, chunkSignatures(claim, payloadHash, credential.secretAccessKey));
  const announced = headers['x-amz-decoded-content-length'];
  if (announced !== undefined && Number(announced) !== content.length)
    throw new AwsError('IncompleteBody', 'The body is not as long as x-amz-decoded-content-length says.', 400);
  return { principal: credential.principal, body: content, headers: { ...unframed(headers), ...trailers } };
};

/** `aws-chunked` is how the body came, not an encoding of the content. */
const unframed = ({ 'content-encoding': encoding, ...headers }: Record<string, string>): Record<string, string> => {
  const rest = (encoding ?? '').split(',').filter((name) => !['', 'aws-chunked'].includes(name.trim()));
  return rest.length > 0 ? { ...headers, 'content-encoding': rest.join(',') } : headers;
};

const checkTime = (service: { name: string; protocol: Protocol }, claim: SignatureClaim, now: number): void => {
  const signedAt = parseTimestamp(claim.timestamp);
  if (Number.isNaN(signedAt)) throw new AwsError('IncompleteSignature', 'X-Amz-Date is not a time.', 400);
  if (claim.expiresSeconds !== undefined) {
    if (signedAt > now + FIFTEEN_MINUTES_MS) throw new AwsError('AccessDenied', 'Request is not valid yet', 403);
    if (!(signedAt + claim.expiresSeconds * 1000 >= now))
      throw new AwsError('AccessDenied', 'Request has expired', 403);
    return;
  }
  if (Math.abs(now - signedAt) <= FIFTEEN_MINUTES_MS) return;
  const text = (time: number): string => `${new Date(time).toISOString().replace(/[-:]/g, '').slice(0, 15)}Z`;
  throw failure(
    service,
    'skewed',
    service.protocol === 'rest-xml'
      ? 'The difference between the request time and the current time is too large.'
      : service.protocol === 'ec2-query'
        ? 'Request has expired.'
        : signedAt < now
          ? `Signature expired: ${claim.timestamp} is now earlier than ${text(now - FIFTEEN_MINUTES_MS)} (${text(now)} - 15 min.)`
          : `Signature not yet current: ${claim.timestamp} is still later than ${text(now + FIFTEEN_MINUTES_MS)} (${text(now)} + 15 min.)`,
  );
};

/** What stands for the body in the signature. A hash of the body is checked; the body is hashed for nothing else. */
const payloadHashOf = (
  service: { name: string; protocol: Protocol },
  claim: SignatureClaim,
  message: IncomingMessage,
  body: Buffer,
): string => {
  const claimed = message.headers['x-amz-content-sha256'];
  if (typeof claimed === 'string') {
    if (!HASH.test(claimed)) return claimed;
    if (claimed === (body.length === 0 ? EMPTY_HASH : hash('sha256', body, 'hex'))) return claimed;
    if (service.protocol === 'rest-xml')
      throw new AwsError(
        'XAmzContentSHA256Mismatch',
        "The provided 'x-amz-content-sha256' header does not match what was computed.",
        400,
      );
    throw failure(service, 'badSignature', WORDS.badSignature[service.protocol]);
  }
  if (claim.service === 's3' && claim.expiresSeconds !== undefined) return 'UNSIGNED-PAYLOAD';
  return body.length === 0 ? EMPTY_HASH : hash('sha256', body, 'hex');
};

const chunkSignatures = (claim: SignatureClaim, payloadHash: string, secretAccessKey: string) => {
  switch (payloadHash) {
    case 'STREAMING-UNSIGNED-PAYLOAD-TRAILER':
      return undefined;
    case 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD':
      return {
        signingKey: signingKey(claim, secretAccessKey),
        timestamp: claim.timestamp,
        scope: `${claim.date}/${claim.region}/${claim.service}/aws4_request`,
        seed: claim.signature,
      };
    default:
      throw new AwsError('NotImplemented', `The local cloud does not have the body encoding ${payloadHash}.`, 501);
  }
};

const EXPIRED = 'The security token included in the request is expired';

const NOT_VALIDATED = 'AWS was not able to validate the provided access credentials';
const INVALID_TOKEN = 'The security token included in the request is invalid.';
const NOT_MATCHING =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.';

const WORDS = {
  invalidToken: {
    'aws-json': INVALID_TOKEN,
    'aws-query': INVALID_TOKEN,
    'ec2-query': NOT_VALIDATED,
    'rest-json': INVALID_TOKEN,
    'rest-xml': 'The AWS Access Key Id you provided does not exist in our records.',
  },
  badSignature: {
    'aws-json': NOT_MATCHING,
    'aws-query': NOT_MATCHING,
    'ec2-query': NOT_VALIDATED,
    'rest-json': NOT_MATCHING,
    'rest-xml': NOT_MATCHING,
  },
} as const satisfies Record<string, Record<Protocol, string>>;
