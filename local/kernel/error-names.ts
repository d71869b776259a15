import { AwsError } from './errors.ts';
import type { Protocol } from './service.ts';

/** What can go wrong before or around an operation, in whatever service. */
export type Failure =
  | 'accessDenied'
  | 'invalidInput'
  | 'unknownOperation'
  | 'throttled'
  | 'internal'
  | 'unavailable'
  | 'invalidToken'
  | 'badSignature'
  | 'expiredToken'
  | 'missingToken'
  | 'skewed';

type Names = Readonly<Record<Failure, readonly [code: string, status: number]>>;

/** AWS names one failure differently by protocol, and sometimes by service. */
const NAMES: Readonly<Record<Protocol, Names>> = {
  'aws-json': {
    accessDenied: ['AccessDeniedException', 400],
    invalidInput: ['ValidationException', 400],
    unknownOperation: ['UnknownOperationException', 400],
    throttled: ['ThrottlingException', 400],
    internal: ['InternalServerError', 500],
    unavailable: ['ServiceUnavailableException', 503],
    invalidToken: ['UnrecognizedClientException', 400],
    badSignature: ['InvalidSignatureException', 400],
    expiredToken: ['ExpiredTokenException', 400],
    missingToken: ['MissingAuthenticationTokenException', 400],
    skewed: ['InvalidSignatureException', 400],
  },
  'aws-query': {
    accessDenied: ['AccessDenied', 403],
    invalidInput: ['ValidationError', 400],
    unknownOperation: ['InvalidAction', 400],
    throttled: ['Throttling', 400],
    internal: ['InternalFailure', 500],
    unavailable: ['ServiceUnavailable', 503],
    invalidToken: ['InvalidClientTokenId', 403],
    badSignature: ['SignatureDoesNotMatch', 403],
    expiredToken: ['ExpiredToken', 403],
    missingToken: ['MissingAuthenticationToken', 403],
    skewed: ['SignatureDoesNotMatch', 403],
  },
  'ec2-query': {
    accessDenied: ['UnauthorizedOperation', 403],
    invalidInput: ['InvalidParameterValue', 400],
    unknownOperation: ['InvalidAction', 400],
    throttled: ['RequestLimitExceeded', 503],
    internal: ['InternalError', 500],
    unavailable: ['Unavailable', 503],
    invalidToken: ['AuthFailure', 401],
    badSignature: ['AuthFailure', 401],
    expiredToken: ['RequestExpired', 400],
    missingToken: ['MissingAuthenticationToken', 403],
    skewed: ['RequestExpired', 400],
  },
  'rest-json': {
    accessDenied: ['AccessDeniedException', 403],
    invalidInput: ['ValidationException', 400],
    unknownOperation: ['UnknownOperationException', 404],
    throttled: ['ThrottlingException', 429],
    internal: ['InternalServerException', 500],
    unavailable: ['ServiceUnavailableException', 503],
    invalidToken: ['UnrecognizedClientException', 403],
    badSignature: ['InvalidSignatureException', 403],
    expiredToken: ['ExpiredTokenException', 403],
    missingToken: ['MissingAuthenticationTokenException', 403],
    skewed: ['InvalidSignatureException', 403],
  },
  'rest-xml': {
    accessDenied: ['AccessDenied', 403],
    invalidInput: ['InvalidArgument', 400],
    unknownOperation: ['NotImplemented', 501],
    throttled: ['SlowDown', 503],
    internal: ['InternalError', 500],
    unavailable: ['ServiceUnavailable', 503],
    invalidToken: ['InvalidAccessKeyId', 403],
    badSignature: ['SignatureDoesNotMatch', 403],
    expiredToken: ['ExpiredToken', 400],
    missingToken: ['AccessDenied', 403],
    skewed: ['RequestTimeTooSkewed', 403],
  },
};

const OWN_NAMES: Readonly<Record<string, Partial<Names>>> = {
  ebs: { throttled: ['RequestThrottledException', 400] },
  kms: { internal: ['KMSInternalException', 500] },
  lambda: {
    throttled: ['TooManyRequestsException', 429],
    invalidInput: ['InvalidParameterValueException', 400],
    internal: ['ServiceException', 500],
  },
  secretsmanager: { internal: ['InternalServiceError', 500] },
  sns: {
    accessDenied: ['AuthorizationError', 403],
    throttled: ['Throttled', 429],
    invalidInput: ['InvalidParameter', 400],
  },
  sqs: {
    accessDenied: ['AccessDeniedException', 403],
    throttled: ['RequestThrottled', 403],
    invalidInput: ['InvalidParameterValue', 400],
  },
};

/** The failure under the name and status by which this service answers it. */
export const failure = (
  service: { readonly name: string; readonly protocol: Protocol },
  kind: Failure,
  message: string,
): AwsError => {
  const [code, status] = OWN_NAMES[service.name]?.[kind] ?? NAMES[service.protocol][kind];
  return new AwsError(code, message, status);
};
