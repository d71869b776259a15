import { isDeepStrictEqual } from 'node:util';
import type { Kernel, PolicyDocument, PolicyStatement } from '../kernel/service.ts';
import type { Table } from '../kernel/store.ts';
import type { GatewayResponses } from './gateway-responses.ts';

export interface ApiRoute {
  /** `GET`, …, or `ANY`. */
  readonly method: string;
  /** `/jobs/{id}`; the last segment may be `{name+}`, which takes the rest. */
  readonly path: string;
  readonly functionArn: string;
}

/** A token bucket, in requests. */
export interface Throttle {
  readonly ratePerSecond: number;
  readonly burst: number;
}

export interface RestApi {
  readonly accountId: string;
  readonly region: string;
  /** Lower-case letters and digits, as AWS's. */
  readonly apiId: string;
  readonly stage: string;
  readonly name: string;
  /** Its resources may have the short form `execute-api:/stage/METHOD/path`. */
  readonly resourcePolicy?: PolicyDocument;
  readonly routes: readonly ApiRoute[];
  /** Of the account's requests in this region, whoever calls; AWS's own default if absent: 10,000/s and 5,000. */
  readonly throttle?: Throttle;
  /** By response type, `DEFAULT_4XX` and `DEFAULT_5XX` among them. */
  readonly gatewayResponses?: GatewayResponses;
}

const table = (kernel: Kernel): Table<RestApi> => kernel.store.table<RestApi>('execute-api.apis');

export const findRestApi = (kernel: Kernel, apiId: string, stage: string): RestApi | undefined =>
  table(kernel).get(`${apiId}/${stage}`);

const METHODS = new Set(['ANY', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT']);

const normaliseRoute = ({ method, path, functionArn }: ApiRoute): ApiRoute => {
  const route = { method: method.toUpperCase(), path: path.startsWith('/') ? path : `/${path}`, functionArn };
  if (!METHODS.has(route.method)) throw new Error(`REST API: no such method as ${method}`);
  if (!/^(\/|(\/([\w.~:-]+|\{[\w.-]+\}))*(\/\{[\w.-]+\+\})?)$/.test(route.path))
    throw new Error(`REST API: path ${path} cannot be a resource`);
  return route;
};

const SHORT_FORM = 'execute-api:/';

const expandResources = (policy: PolicyDocument, api: RestApi): PolicyDocument => {
  const prefix = `arn:aws:execute-api:${api.region}:${api.accountId}:${api.apiId}/`;
  const expand = (resource: string) =>
    resource.startsWith(SHORT_FORM) ? prefix + resource.slice(SHORT_FORM.length) : resource;
  const statements = [policy.Statement].flat() as PolicyStatement[];
  return {
    ...policy,
    Statement: statements.map(({ Resource, NotResource, ...rest }) => ({
      ...rest,
      ...(Resource !== undefined && { Resource: [Resource].flat().map(expand) }),
      ...(NotResource !== undefined && { NotResource: [NotResource].flat().map(expand) }),
    })),
  };
};

const LARGEST_POLICY = 8192;

/**
 * Makes or changes a REST API whose every route needs a signature (`AWS_IAM`) and calls a Lambda function as proxy;
 * kept over restarts. Requests go to `/_api/<apiId>/<stage>/<path>`, or to the host `<apiId>.execute-api.…`. Its
 * resource policy counts from here on, while AWS wants a deployment after a change.
 */
export const deployRestApi = (kernel: Kernel, api: RestApi): void => {
  if (!/^[a-z0-9]{1,32}$/.test(api.apiId)) throw new Error(`REST API: ${api.apiId} cannot be an id`);
  if (!/^\w{1,128}$/.test(api.stage)) throw new Error(`REST API: ${api.stage} cannot be a stage`);
  if (JSON.stringify(api.resourcePolicy ?? {}).length > LARGEST_POLICY)
    throw new Error(`REST API: a resource policy has at most ${LARGEST_POLICY} bytes`);
  const routes = api.routes.map(normaliseRoute);
  for (const [index, route] of routes.entries()) {
    const twin = routes.findIndex((other) => other.method === route.method && other.path === route.path);
    if (twin !== index && !isDeepStrictEqual(routes[twin], route))
      throw new Error(`REST API: ${route.method} ${route.path} is there twice`);
  }
  table(kernel).put(`${api.apiId}/${api.stage}`, {
    ...api,
    routes,
    ...(api.resourcePolicy && { resourcePolicy: expandResources(api.resourcePolicy, api) }),
  });
};
