import { AwsError } from '../kernel/errors.ts';
import type { Call, Kernel, Principal, ServiceFactory, WireRequest, WireResponse } from '../kernel/service.ts';
import { forbidden, type GatewayResponseType, gatewayAnswer, targetOf, typeOfRefusal } from './gateway-responses.ts';
import { matchRoute, type RouteMatch } from './match-route.ts';
import { proxyEvent } from './proxy-event.ts';
import { proxyResponse } from './proxy-response.ts';
import { findRestApi, type RestApi, type Throttle } from './rest-apis.ts';
import { TokenBucket } from './token-bucket.ts';

export { deployRestApi, type RestApi } from './rest-apis.ts';

const LARGEST_REQUEST = 10 * 1024 * 1024;
/** Of the machine's time: the function really runs. */
const INTEGRATION_TIMEOUT_MS = 29_000;
const ACCOUNT_THROTTLE: Throttle = { ratePerSecond: 10_000, burst: 5_000 };

/** Calls the function as API Gateway does: in its own name, which the function's policy must admit. */
const invoke = async (
  kernel: Kernel,
  api: RestApi,
  { route }: RouteMatch,
  method: string,
  event: object,
): Promise<WireResponse | GatewayResponseType> => {
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
    return (answer.FunctionError === undefined ? proxyResponse(answer.Payload) : undefined) ?? 'DEFAULT_5XX';
  } catch (error) {
    if (error instanceof AwsError) return 'API_CONFIGURATION_ERROR';
    throw error;
  }
};

type Answer = WireResponse | GatewayResponseType;

const withTimeout = async (response: Promise<Answer>): Promise<Answer> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Answer>((resolve) => {
    timer = setTimeout(() => resolve('INTEGRATION_TIMEOUT'), INTEGRATION_TIMEOUT_MS);
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
    if (!target || !api || api.region !== call.region) return forbidden;
    const { requestId } = call;
    const refuse = (type: GatewayResponseType, text?: string): WireResponse =>
      gatewayAnswer(api.gatewayResponses, type, { requestId, ...(text === undefined ? {} : { text }) });
    if (!takeToken(api)) return refuse('THROTTLED');
    const match = matchRoute(api.routes, request.method, target.path);
    if (!match) return refuse('MISSING_AUTHENTICATION_TOKEN');
    const denial = authorise(api, target.path, request.method, call);
    if (denial !== undefined) return refuse('ACCESS_DENIED', denial);
    if (request.body.length > LARGEST_REQUEST) return refuse('REQUEST_TOO_LARGE');
    const event = proxyEvent(api, match, target.path, request, call, kernel.clock.now());
    const answer = await withTimeout(invoke(kernel, api, match, request.method, event));
    return typeof answer === 'string' ? refuse(answer) : answer;
  };

  return {
    name: 'execute-api',
    protocol: 'rest-json',
    eventSource: 'execute-api.amazonaws.com',
    operations: [],
    handleSigned,
    renderRefusal: (request, error, requestId) => {
      const target = targetOf(request);
      const api = target && findRestApi(kernel, target.apiId, target.stage);
      const type = typeOfRefusal(error.code);
      return api && type && gatewayAnswer(api.gatewayResponses, type, { requestId, text: error.message });
    },
  };
};
