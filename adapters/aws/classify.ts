/**
 * What an SDK's error means to us. Everything that is worth another try becomes TransientFailure; permanent errors keep
 * their AWS name as `cause`, so that nothing is retried that cannot get better.
 */
import { AccountAtLimit, TransientFailure } from '../../core/domain/errors.ts';
import { noteThrottle } from './throttles.ts';

/** The call was refused before it did anything: its outcome is known. */
const THROTTLED = new Set([
  'BandwidthLimitExceeded',
  'ConcurrentLimitExceededException',
  'EC2ThrottledException',
  'LimitExceededException',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'SlowDown',
  'SnapshotCreationPerVolumeRateExceeded',
  'ThrottledException',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
]);

/** AWS's side failed, or no answer came: whether the call took effect is unknown. */
const FAILED_ON_THEIR_SIDE = new Set([
  'InternalError',
  'InternalFailure',
  'InternalServerError',
  'InternalServerException',
  'InternalServiceError',
  'InternalServiceErrorException',
  'RequestTimeout',
  'RequestTimeoutException',
  'ServiceUnavailable',
  'ServiceUnavailableException',
  'TimeoutError',
  'Unavailable',
]);

const CONNECTION_LOST = new Set([
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
]);

/**
 * The session ran out, or a clock is wrong (EC2 says RequestExpired of both). Each try of a step opens its sessions anew, so
 * that the next one is accepted; a key that is gone for good is refused by other names.
 */
const EXPIRED = new Set(['ExpiredToken', 'ExpiredTokenException', 'RequestExpired']);

/** Who we are, or what we may do, is not accepted. */
const REFUSED = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'AuthFailure',
  'Blocked',
  'IncompleteSignature',
  'InvalidAccessKeyId',
  'InvalidClientTokenId',
  'InvalidSignatureException',
  'MissingAuthenticationToken',
  'NotAuthorized',
  'OptInRequired',
  'PendingVerification',
  'RegionDisabledException',
  'SignatureDoesNotMatch',
  'UnauthorizedOperation',
  'UnrecognizedClientException',
]);

interface SdkError {
  readonly name?: unknown;
  readonly code?: unknown;
  readonly Code?: unknown;
  readonly message?: unknown;
  readonly Message?: unknown;
  readonly cause?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly attempts?: number };
}

const asSdkError = (error: unknown): SdkError => (typeof error === 'object' && error !== null ? error : {}) as SdkError;

/** AWS's own name of the error, e.g. `InvalidSnapshot.NotFound`; a connection's error code; or the class's name. */
export const awsName = (error: unknown): string => {
  const { name, Code, code } = asSdkError(error);
  for (const each of [Code, name === 'Error' ? code : name, code]) {
    if (typeof each === 'string' && each !== '') return each;
  }
  return 'unknown';
};

/** EBS direct keeps its text in `Message`. */
export const awsMessage = (error: unknown): string => {
  const { message, Message } = asSdkError(error);
  return [message, Message].find((each) => typeof each === 'string' && each !== '')?.toString() ?? '';
};

/** How often the SDK sent the request: above 1, an earlier one may have taken effect. */
export const attemptsOf = (error: unknown): number => asSdkError(error).$metadata?.attempts ?? 1;

export const isThrottled = (error: unknown): boolean =>
  THROTTLED.has(awsName(error)) || asSdkError(error).$metadata?.httpStatusCode === 429;

export const isRefused = (error: unknown): boolean => REFUSED.has(awsName(error));

/** Timeout, lost connection, 5xx, or an answer that cannot be read: the call may have taken effect. */
export const isOutcomeUnknown = (error: unknown): boolean => {
  if (isThrottled(error)) return false;
  const { code, cause, $metadata } = asSdkError(error);
  if (FAILED_ON_THEIR_SIDE.has(awsName(error))) return true;
  if (typeof code === 'string' && CONNECTION_LOST.has(code)) return true;
  const causeCode = asSdkError(cause).code;
  if (typeof causeCode === 'string' && CONNECTION_LOST.has(causeCode)) return true;
  if (($metadata?.httpStatusCode ?? 0) >= 500) return true;
  return isUnreadable(error);
};

/** The SDK could not parse what came (cut or malformed); it marks such errors with the raw response. */
const isUnreadable = (error: unknown): boolean =>
  error instanceof SyntaxError || (error instanceof Error && '$responseBodyText' in error);

export const isTransient = (error: unknown): boolean =>
  isThrottled(error) || isOutcomeUnknown(error) || EXPIRED.has(awsName(error));

export const transientFailure = (action: string, error: unknown): TransientFailure => {
  if (isThrottled(error)) noteThrottle(action);
  return new TransientFailure(`${action}: ${awsName(error)} ${awsMessage(error)}`.trim().slice(0, 500), {
    cause: error,
  });
};

/** As it has to be waited for: what AWS refused did nothing, and is done once there is room. */
export const accountAtLimit = (action: string, error: unknown): AccountAtLimit => {
  if (isThrottled(error)) noteThrottle(action);
  return new AccountAtLimit(`${action}: ${awsName(error)} ${awsMessage(error)}`.trim().slice(0, 500), {
    cause: error,
  });
};

/** A call in the control plane's own account: TransientFailure, or the error as it came (a fault of the deployment). */
export const callOwn = async <T>(action: string, call: () => Promise<T>): Promise<T> => {
  try {
    return await call();
  } catch (error) {
    throw isTransient(error) ? transientFailure(action, error) : error;
  }
};

/** A member that AWS always sends; without it the answer is as good as none. */
export const required = <T>(value: T | undefined, member: string, action: string): T => {
  if (value === undefined) throw new TransientFailure(`${action}: the answer lacks ${member}`);
  return value;
};
