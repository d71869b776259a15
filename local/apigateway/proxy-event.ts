import type { Call, WireRequest } from '../kernel/service.ts';
import type { RouteMatch } from './match-route.ts';
import type { RestApi } from './rest-apis.ts';

/** `09/Apr/2026:12:34:56 +0000` */
const requestTime = (time: number): string => {
  const [, day, month, year, clock] = /^\w+, (\d+) (\w+) (\d+) ([\d:]+)/.exec(new Date(time).toUTCString()) ?? [];
  return `${day}/${month}/${year}:${clock} +0000`;
};

const orNull = <T extends object>(record: T): T | null => (Object.keys(record).length > 0 ? record : null);

/** The event that a function gets as proxy of a REST API (payload format 1.0). */
export const proxyEvent = (
  api: RestApi,
  { route, pathParameters }: RouteMatch,
  path: string,
  request: WireRequest,
  call: Call,
  now: number,
): object => {
  const multiQuery: Record<string, string[]> = {};
  for (const [name, value] of request.query) {
    multiQuery[name] ??= [];
    multiQuery[name].push(value);
  }
  const { principal } = call;
  const host = request.headers.host ?? '';
  return {
    resource: route.path,
    path,
    httpMethod: request.method,
    headers: request.headers,
    multiValueHeaders: Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, [value]])),
    // Of a parameter that comes more than once, the last value.
    queryStringParameters: orNull(
      Object.fromEntries(Object.entries(multiQuery).map(([name, values]) => [name, values.at(-1)])),
    ),
    multiValueQueryStringParameters: orNull(multiQuery),
    pathParameters: orNull(pathParameters),
    stageVariables: null,
    requestContext: {
      resourceId: Buffer.from(route.path).toString('hex').slice(0, 6).padEnd(6, '0'),
      resourcePath: route.path,
      httpMethod: request.method,
      extendedRequestId: Buffer.from(call.requestId).toString('base64').slice(0, 16),
      requestTime: requestTime(now),
      requestTimeEpoch: now,
      path: `/${api.stage}${path}`,
      accountId: api.accountId,
      protocol: 'HTTP/1.1',
      stage: api.stage,
      domainPrefix: api.apiId,
      domainName: host,
      requestId: call.requestId,
      apiId: api.apiId,
      identity: {
        accountId: principal.accountId,
        caller: principal.userId,
        user: principal.userId,
        userArn: principal.arn,
        accessKey: principal.accessKeyId ?? null,
        sourceIp: '127.0.0.1',
        userAgent: request.headers['user-agent'] ?? null,
        apiKey: null,
        cognitoAuthenticationProvider: null,
        cognitoAuthenticationType: null,
        cognitoIdentityId: null,
        cognitoIdentityPoolId: null,
        principalOrgId: null,
      },
    },
    body: request.body.length > 0 ? request.body.toString('utf8') : null,
    isBase64Encoded: false,
  };
};
