import type { WireRequest } from '../kernel/service.ts';
import { notImplemented } from './errors.ts';

export interface FieldNames {
  /** Lower-case header → member of the input. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Query parameter → member of the input. */
  readonly query?: Readonly<Record<string, string>>;
  /** Whether `x-amz-meta-*` headers become `Metadata`. */
  readonly metadata?: boolean;
  /** Whether `x-amz-checksum-*` headers may come: the small XML bodies are covered by the request's signature. */
  readonly bodyChecksum?: boolean;
}

/** Signing, transport and SDK bookkeeping: nothing that changes what the operation does. */
const TRANSPORT = new Set([
  'x-amz-content-sha256',
  'x-amz-date',
  'x-amz-decoded-content-length',
  'x-amz-security-token',
  'x-amz-trailer',
  'x-amz-user-agent',
  'x-amz-sdk-checksum-algorithm',
  'x-amz-checksum-mode',
]);

/** Empty query parameters that choose the operation. */
const SELECTORS = new Set([
  'delete',
  'legal-hold',
  'list-type',
  'location',
  'object-lock',
  'policy',
  'retention',
  'uploads',
  'versioning',
  'versions',
  'x-id',
]);

/**
 * The members that `names` maps, out of path, query and headers. Anything else that S3 would act upon is refused with
 * NotImplemented rather than ignored: a caller who asks for SSE-C, say, must not get plain storage.
 */
export const requestFields = (
  request: WireRequest,
  params: Readonly<Record<string, string>>,
  names: FieldNames = {},
): Record<string, unknown> => {
  const input: Record<string, unknown> = { ...params };
  for (const [name, value] of request.query) {
    const member = names.query?.[name];
    if (member) input[member] = value;
    else if (!SELECTORS.has(name) && !name.startsWith('X-Amz-')) throw notImplemented(name);
  }
  const metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    const member = names.headers?.[name];
    if (member) input[member] = value;
    else if (name === 'x-amz-expected-bucket-owner') input.ExpectedBucketOwner = value;
    else if (names.metadata && name.startsWith('x-amz-meta-')) metadata[name.slice('x-amz-meta-'.length)] = value;
    else if (names.bodyChecksum && name.startsWith('x-amz-checksum-')) continue;
    else if (name.startsWith('x-amz-') && !TRANSPORT.has(name)) throw notImplemented(name);
  }
  if (Object.keys(metadata).length > 0) input.Metadata = metadata;
  return input;
};
