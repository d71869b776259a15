import { createHmac, hash, type KeyObject, timingSafeEqual } from 'node:crypto';
import { AwsError } from '../kernel/errors.ts';

export interface ChunkSignatures {
  readonly signingKey: Buffer | KeyObject;
  readonly timestamp: string;
  readonly scope: string;
  /** The request's own signature, from which the chain starts. */
  readonly seed: string;
}

const EMPTY_HASH = hash('sha256', '', 'hex');

/**
 * Takes the frames off a body in `aws-chunked` encoding, which SDKs use when they learn a body's checksum only at its
 * end. Gives the content and the trailing headers. Chunks are checked if `signatures` are given. Throws AwsError.
 */
export const decodeAwsChunked = (
  body: Buffer,
  signatures?: ChunkSignatures,
): { content: Buffer; trailers: Record<string, string> } => {
  const chunks: Buffer[] = [];
  let previous = signatures?.seed ?? '';
  let position = 0;
  const readLine = (): string => {
    const end = body.indexOf('\r\n', position);
    if (end < 0) throw incomplete();
    const line = body.toString('latin1', position, end);
    position = end + 2;
    return line;
  };
  for (;;) {
    const [sizeText = '', ...extensions] = readLine().split(';');
    if (!/^[0-9a-fA-F]{1,8}$/.test(sizeText)) throw incomplete();
    const size = Number.parseInt(sizeText, 16);
    const chunk = body.subarray(position, position + size);
    if (chunk.length < size) throw incomplete();
    position += size;
    if (signatures) {
      const claimed = extensions.find((text) => text.startsWith('chunk-signature='))?.slice('chunk-signature='.length);
      previous = checkChunk(chunk, previous, claimed ?? '', signatures);
    }
    if (size === 0) break;
    chunks.push(chunk);
    if (readLine() !== '') throw incomplete();
  }
  const [only] = chunks;
  return {
    content: chunks.length === 1 && only ? only : Buffer.concat(chunks),
    trailers: readTrailers(body, position),
  };
};

const readTrailers = (body: Buffer, position: number): Record<string, string> => {
  const trailers: Record<string, string> = {};
  for (const line of body.toString('latin1', position).split('\r\n')) {
    const at = line.indexOf(':');
    if (at > 0) trailers[line.slice(0, at).trim().toLowerCase()] = line.slice(at + 1).trim();
  }
  return trailers;
};

const checkChunk = (chunk: Buffer, previous: string, claimed: string, by: ChunkSignatures): string => {
  const toSign = [
    'AWS4-HMAC-SHA256-PAYLOAD',
    by.timestamp,
    by.scope,
    previous,
    EMPTY_HASH,
    hash('sha256', chunk, 'hex'),
  ].join('\n');
  const expected = createHmac('sha256', by.signingKey).update(toSign).digest();
  const actual = Buffer.from(claimed, 'hex');
  if (actual.length !== expected.length || !timingSafeEqual(actual, expected))
    throw new AwsError('SignatureDoesNotMatch', 'The signature of a chunk of the body does not match.', 403);
  return claimed;
};

const incomplete = (): AwsError => new AwsError('IncompleteBody', 'The request body terminated unexpectedly.', 400);
