import { AwsError } from '../kernel/errors.ts';
import type { Call, Kernel, Principal, ServiceFactory, WireRequest, WireResponse } from '../kernel/service.ts';
import { matchRoute, type RouteMatch } from './match-route.ts';
import { proxyEvent } from './proxy-event.ts';
import { gatewayResponses, proxyResponse } from './proxy-response.ts';
import { findRestApi, type RestApi, type Throttle } from './rest-apis.ts';
import { TokenBucket } from './token-bucket.ts';

export { deployRestApi, type RestApi } from './rest-apis.ts';

const LARGEST_REQUEST = 10 * 1024 * 1024;
/** Of the machine's time: the function really runs. */
const INTEGRATION_TIMEOUT_MS = 29_000;
const ACCOUNT_THROTTLE: Throttle = { ratePerSecond: 10_000, burst: 5_000 };

interface Target {
  readonly apiId: string;
  readonly stage: string;
  /** As it was sent, without the stage. */
  readonly path: string;
}

const targetOf = (request: WireRequest): Target | undefined => {
  const sent = request.rawPath ?? request.path;
  const [, byPath, rest = ''] = /^\/_api\/([a-z0-9]+)(\/.*)$/.exec(sent) ?? [];
  const [, byHost] = /^([a-z0-9]+)\.execute-api\./.exec(request.headers.host ?? '') ?? [];
  const apiId = byPath ?? byHost;
  const [, stage, path] = /^\/(\w+)(\/.*)?$/.exec(byPath === undefined ? sent : rest) ?? [];
  return apiId && stage ? { apiId, stage, path: path ?? '/' } : undefined;
};

/** Calls the function as API Gateway does: in its own name, which the function's policy must admit. */
const invoke = async (
  kernel: Kernel,
  api: RestApi,
  { route }: RouteMatch,
  method: string,
  event: object,
): Promise<WireResponse> => {
  const principal: Principal = {
    kind: 'service',
    accountId: api.accountId,
    arn: 'apigateway.amazonaws.com',
    userId: 'apigateway.amazonaws.com',
    sourceArn: `arn:aws:execute-api:${api.region}:${api.accountId}:${api.apiId}/${api.stage}/${method}${route.path}`,
  };
  try {
    const answer = (await kernel.call(principal, api.region, 'lambda', 'Invoke', {
      FunctionName: route.functionArn,
      Payload: Buffer.from(JSON.stringify(event)),
    })) as { FunctionError?: string; Payload: Buffer };
    return answer.FunctionError === undefined ? proxyResponse(answer.Payload) : gatewayResponses.malformed;
  } catch (error) {
    if (error instanceof AwsError) return gatewayResponses.failed;
    throw error;
  }
};

const withTimeout = async (response: Promise<WireResponse>): Promise<WireResponse> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<WireResponse>((resolve) => {
    timer = setTimeout(() => resolve(gatewayResponses.timedOut), INTEGRATION_TIMEOUT_MS);
  });
  return Promise.race([response, late]).finally(() => clearTimeout(timer));
};

/** REST APIs with IAM authorisation in front of Lambda functions. They are made with `deployRestApi`. */
export const createApiGateway: ServiceFactory = (kernel) => {
  const buckets = new Map<string, TokenBucket>();
  const takeToken = ({ accountId, region, throttle = ACCOUNT_THROTTLE }: RestApi): boolean => {
    const id = `${accountId}/${region}`;
    const bucket = buckets.get(id) ?? new TokenBucket(kernel.clock);
    buckets.set(id, bucket);
    return bucket.take(throttle);
  };

  const authorise = (api: RestApi, path: string, method: string, call: Call): string | undefined => {
    try {
      kernel.authorise(call.principal, call.region, [
        {
          action: 'execute-api:Invoke',
          resource: `arn:aws:execute-api:${api.region}:${api.accountId}:${api.apiId}/${api.stage}/${method}${path}`,
          resourceAccountId: api.accountId,
          ...(api.resourcePolicy && { resourcePolicy: api.resourcePolicy }),
        },
      ]);
      return undefined;
    } catch (error) {
      if (error instanceof AwsError) return error.message;
      throw error;
    }
  };

  const handleSigned = async (request: WireRequest, call: Call): Promise<WireResponse> => {
    const target = targetOf(request);
    const api = target && findRestApi(kernel, target.apiId, target.stage);
    if (!target || !api || api.region !== call.region) return gatewayResponses.forbidden;
    if (!takeToken(api)) return gatewayResponses.throttled;
    const match = matchRoute(api.routes, request.method, target.path);
    if (!match) return gatewayResponses.missingToken;
    const denial = authorise(api, target.path, request.method, call);
    if (denial !== undefined) return gatewayResponses.accessDenied(denial);
    if (request.body.length > LARGEST_REQUEST) return gatewayResponses.tooLarge;
    const event = proxyEvent(api, match, target.path, request, call, kernel.clock.now());
    return withTimeout(invoke(kernel, api, match, request.method, event));
  };

  return {
    name: 'execute-api',
    protocol: 'rest-json',
    eventSource: 'execute-api.amazonaws.com',
    operations: [],
    handleSigned,
  };
};
