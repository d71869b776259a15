import type { WireRequest, WireResponse } from '../kernel/service.ts';

/** What a REST API says of its own instead of API Gateway's words (`AWS::ApiGateway::GatewayResponse`). */
export interface GatewayResponse {
  readonly statusCode?: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Of the body: text with `$context` variables. */
  readonly template?: string;
}

export type GatewayResponses = Readonly<Record<string, GatewayResponse>>;

const WORDS = {
  MISSING_AUTHENTICATION_TOKEN: [403, 'Missing Authentication Token', 'MissingAuthenticationTokenException'],
  ACCESS_DENIED: [403, 'Forbidden', 'AccessDeniedException'],
  INVALID_SIGNATURE: [403, 'Forbidden', 'InvalidSignatureException'],
  EXPIRED_TOKEN: [403, 'Forbidden', 'ExpiredTokenException'],
  REQUEST_TOO_LARGE: [413, 'Request Too Long', 'RequestTooLargeException'],
  THROTTLED: [429, 'Too Many Requests', 'TooManyRequestsException'],
  API_CONFIGURATION_ERROR: [500, 'Internal server error', 'InternalServerErrorException'],
  // what the function answers is not of the proxy's form: it has no type of its own, but 502
  DEFAULT_5XX: [502, 'Internal server error', 'InternalServerErrorException'],
  INTEGRATION_TIMEOUT: [504, 'Endpoint request timed out', undefined],
} as const satisfies Record<string, readonly [number, string, string | undefined]>;
export type GatewayResponseType = keyof typeof WORDS;

/** For a host that has no such API: nothing of it can be customised. */
export const forbidden: WireResponse = {
  status: 403,
  headers: { 'content-type': 'application/json', 'x-amzn-errortype': 'ForbiddenException' },
  body: JSON.stringify({ message: 'Forbidden' }),
};

/** IAM's own refusals have a capital M; those of the gateway itself have not. */
const ofIam: ReadonlySet<GatewayResponseType> = new Set(['ACCESS_DENIED', 'INVALID_SIGNATURE', 'EXPIRED_TOKEN']);

/** What API Gateway answers by itself: as the API has it, else as its default of the hundred has it, else in AWS's words. */
export const gatewayAnswer = (
  own: GatewayResponses | undefined,
  type: GatewayResponseType,
  { requestId, text }: { readonly requestId: string; readonly text?: string },
): WireResponse => {
  const [status, words, errorType] = WORDS[type];
  const message = text ?? words;
  const custom = own?.[type] ?? own?.[status >= 500 ? 'DEFAULT_5XX' : 'DEFAULT_4XX'];
  const variables: Readonly<Record<string, string>> = {
    '$context.error.messageString': JSON.stringify(message),
    '$context.error.message': message,
    '$context.error.responseType': type,
    '$context.requestId': requestId,
  };
  return {
    status: custom?.statusCode ?? status,
    headers: {
      'content-type': 'application/json',
      ...(errorType && { 'x-amzn-errortype': errorType }),
      ...custom?.headers,
    },
    body:
      custom?.template?.replace(/\$context(\.\w+)+/g, (name) => variables[name] ?? '') ??
      JSON.stringify(ofIam.has(type) && text !== undefined ? { Message: text } : { message }),
  };
};

/** By the name of what the door has refused a request with; undefined for what is no refusal of this kind. */
export const typeOfRefusal = (code: string): GatewayResponseType | undefined => {
  if (/^MissingAuthenticationToken/.test(code)) return 'MISSING_AUTHENTICATION_TOKEN';
  if (/^ExpiredToken/.test(code)) return 'EXPIRED_TOKEN';
  if (/^(InvalidSignature|UnrecognizedClient|IncompleteSignature)/.test(code)) return 'INVALID_SIGNATURE';
  return undefined;
};

export interface Target {
  readonly apiId: string;
  readonly stage: string;
  /** As it was sent, without the stage. */
  readonly path: string;
}

/** Which API a request is for, by path (`/_api/<id>/<stage>/…`) or by host. */
export const targetOf = (request: Pick<WireRequest, 'rawPath' | 'path' | 'headers'>): Target | undefined => {
  const sent = request.rawPath ?? request.path;
  const [, byPath, rest = ''] = /^\/_api\/([a-z0-9]+)(\/.*)$/.exec(sent) ?? [];
  const [, byHost] = /^([a-z0-9]+)\.execute-api\./.exec(request.headers.host ?? '') ?? [];
  const apiId = byPath ?? byHost;
  const [, stage, path] = /^\/(\w+)(\/.*)?$/.exec(byPath === undefined ? sent : rest) ?? [];
  return apiId && stage ? { apiId, stage, path: path ?? '/' } : undefined;
};
