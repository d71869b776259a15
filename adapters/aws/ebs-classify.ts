import { type HoldfastError, SnapshotFailed, TenantAccessLost, UnrelatedSnapshots } from '../../core/domain/errors.ts';
import { EbsCallError } from './ebs-calls.ts';

/** What to do after a failed call. */
export type Verdict =
  | { readonly action: 'retry' }
  /** The session ran out: ask for another, then try again. */
  | { readonly action: 'renew' }
  /** "Does not exist": true for good only after a grace, since EBS is eventually consistent after StartSnapshot. */
  | { readonly action: 'retry-in-grace'; readonly error: HoldfastError }
  /** The page token ran out (60 minutes): list on from the last index. */
  | { readonly action: 'list-again'; readonly error: HoldfastError }
  | { readonly action: 'stop'; readonly error: HoldfastError };

const DENIED = new Set([
  'AccessDeniedException',
  'AccessDenied',
  'UnauthorizedOperation',
  'UnrecognizedClientException',
  'InvalidClientTokenId',
  'InvalidSignatureException',
  'SignatureDoesNotMatch',
  'IncompleteSignature',
  'MissingAuthenticationToken',
  'OptInRequired',
]);
const EXPIRED = new Set(['ExpiredTokenException', 'ExpiredToken', 'TokenRefreshRequired', 'RequestExpired']);
/** Reasons of a ValidationException that pass by themselves. */
const PASSING = new Set(['WRITE_REQUEST_TIMEOUT', 'CONFLICTING_BLOCK_UPDATE']);

const TOO_FAST = new Set([
  'RequestThrottledException',
  'RequestThrottled',
  'ThrottlingException',
  'Throttling',
  'ThrottledException',
  'TooManyRequestsException',
  'RequestLimitExceeded',
  'SlowDown',
]);

/** Whether EBS says that calls come too fast, rather than that something is wrong. */
export const isThrottled = (error: unknown): boolean =>
  error instanceof EbsCallError && (TOO_FAST.has(error.code) || error.status === 429);

/**
 * Sorts a failed EBS direct call. Permanent errors are listed here; whatever is not (throttling, 5xx, a broken
 * connection, an answer that makes no sense, a name that AWS invents tomorrow) is tried again until the deadline.
 */
export const classifyEbsError = (error: unknown, what: string): Verdict => {
  if (!(error instanceof EbsCallError)) return { action: 'retry' };
  const { code, reason, status } = error;
  const message = `${what}: ${code}${reason ? ` (${reason})` : ''}: ${error.message}`;
  if (EXPIRED.has(code)) return { action: 'renew' };
  if (DENIED.has(code)) return { action: 'stop', error: new TenantAccessLost(message, { cause: error }) };
  if (code === 'ResourceNotFoundException')
    return { action: 'retry-in-grace', error: new SnapshotFailed(message, { cause: error }) };
  if (code === 'ValidationException') {
    if (reason === 'UNRELATED_SNAPSHOTS')
      return { action: 'stop', error: new UnrelatedSnapshots(message, { cause: error }) };
    const failed = new SnapshotFailed(message, { cause: error });
    if (reason === 'INVALID_PAGE_TOKEN') return { action: 'list-again', error: failed };
    return reason !== undefined && PASSING.has(reason) ? { action: 'retry' } : { action: 'stop', error: failed };
  }
  // 403 under an unknown name is still a refusal; retrying those forever is how others burned their quota.
  if (status === 401 || status === 403)
    return { action: 'stop', error: new TenantAccessLost(message, { cause: error }) };
  return { action: 'retry' };
};
