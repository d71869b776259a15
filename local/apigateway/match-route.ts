import type { ApiRoute } from './rest-apis.ts';

export interface RouteMatch {
  readonly route: ApiRoute;
  readonly pathParameters: Readonly<Record<string, string>>;
}

const segmentsOf = (path: string): string[] => path.split('/').slice(1);

const decode = (segment: string): string => {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
};

const matchPath = (pattern: string, path: string): Record<string, string> | undefined => {
  const wanted = segmentsOf(pattern);
  const given = segmentsOf(path);
  const parameters: Record<string, string> = {};
  for (const [index, segment] of wanted.entries()) {
    const [, name, rest] = /^\{([^+}]+)(\+)?\}$/.exec(segment) ?? [];
    const value = given[index];
    if (name !== undefined && rest) {
      if (!value) return undefined;
      parameters[name] = given.slice(index).map(decode).join('/');
      return parameters;
    }
    if (name !== undefined) {
      if (!value) return undefined;
      parameters[name] = decode(value);
    } else if (decode(value ?? '') !== segment) return undefined;
  }
  return given.length === wanted.length ? parameters : undefined;
};

/** Literal segments go before parameters, those before `{rest+}`, from the left; a method before ANY. */
const rank = ({ method, path }: ApiRoute): string =>
  segmentsOf(path)
    .map((segment) => (!segment.startsWith('{') ? '0' : segment.endsWith('+}') ? '2' : '1'))
    .join('') + (method === 'ANY' ? '1' : '0');

/** The route of a request, by its path as it was sent (not decoded), without the stage. */
export const matchRoute = (routes: readonly ApiRoute[], method: string, path: string): RouteMatch | undefined => {
  let best: RouteMatch | undefined;
  for (const route of routes) {
    if (route.method !== method && route.method !== 'ANY') continue;
    const pathParameters = matchPath(route.path, path);
    if (pathParameters && (!best || rank(route) < rank(best.route))) best = { route, pathParameters };
  }
  return best;
};
