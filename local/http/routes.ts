import type { Operation } from '../kernel/service.ts';
import { decodeUri } from './sigv4.ts';

export interface Route<T> {
  readonly method: string;
  readonly path: string;
  readonly query?: readonly string[];
  readonly header?: readonly string[];
  readonly target: T;
}

interface Compiled<T> extends Route<T> {
  /** Literal text, or the parameter's name after `:`, or after `*` where it takes the rest. */
  readonly segments: readonly string[];
  readonly greedy: boolean;
}

export interface Match<T> {
  readonly target: T;
  readonly params: Record<string, string>;
}

export type Find<T> = (
  method: string,
  rawPath: string,
  query: URLSearchParams,
  headers: Readonly<Record<string, unknown>>,
) => Match<T> | undefined;

/** Compiles routes once; a request then costs comparisons of strings. What says more about the request goes first. */
export const compileRoutes = <T>(routes: readonly Route<T>[]): Find<T> => {
  const byMethod = new Map<string, Compiled<T>[]>();
  for (const route of routes) {
    const list = byMethod.get(route.method) ?? [];
    list.push(compile(route));
    byMethod.set(route.method, list);
  }
  for (const list of byMethod.values()) list.sort((a, b) => weight(b) - weight(a));

  return (method, rawPath, query, headers) => {
    const candidates = byMethod.get(method);
    if (!candidates) return undefined;
    const parts = rawPath.split('/');
    if (parts.length > 2 && parts.at(-1) === '') parts.pop();
    for (const route of candidates) {
      if (!fitsPath(route, parts)) continue;
      if (!(route.query ?? []).every((wanted) => hasQuery(query, wanted))) continue;
      if (!(route.header ?? []).every((name) => headers[name] !== undefined)) continue;
      return { target: route.target, params: paramsOf(route, rawPath, parts) };
    }
    return undefined;
  };
};

export const operationRoutes = (operations: readonly Operation[]): Route<Operation>[] =>
  operations.flatMap((operation) => (operation.route ? [{ ...operation.route, target: operation }] : []));

const compile = <T>(route: Route<T>): Compiled<T> => {
  const [path = '', fixedQuery] = route.path.split('?');
  const segments = path.split('/').map((segment) => {
    const [, name, plus] = /^\{([^}+]+)(\+?)\}$/.exec(segment) ?? [];
    return name === undefined ? segment : `${plus ? '*' : ':'}${name}`;
  });
  if (segments.length > 2 && segments.at(-1) === '') segments.pop();
  const query = [...(route.query ?? []), ...(fixedQuery ? fixedQuery.split('&') : [])];
  return { ...route, query, segments, greedy: segments.at(-1)?.startsWith('*') ?? false };
};

const isParameter = (segment: string): boolean => segment.startsWith(':') || segment.startsWith('*');

/** Conditions on query and headers outweigh the path; then literal segments, then one segment against the rest. */
const weight = <T>(route: Compiled<T>): number =>
  10_000 * ((route.query?.length ?? 0) + (route.header?.length ?? 0)) +
  100 * route.segments.filter((segment) => !isParameter(segment)).length +
  route.segments.length -
  (route.greedy ? 50 : 0);

const fitsPath = <T>({ segments, greedy }: Compiled<T>, parts: readonly string[]): boolean => {
  if (greedy ? parts.length < segments.length : parts.length !== segments.length) return false;
  for (let i = 0; i < segments.length; i++) {
    const segment = segments[i] as string;
    if (isParameter(segment) ? parts[i] === '' : segment !== parts[i]) return false;
  }
  return true;
};

const hasQuery = (query: URLSearchParams, wanted: string): boolean => {
  const at = wanted.indexOf('=');
  return at < 0 ? query.has(wanted) : query.get(wanted.slice(0, at)) === wanted.slice(at + 1);
};

const paramsOf = <T>({ segments }: Compiled<T>, rawPath: string, parts: readonly string[]): Record<string, string> => {
  const params: Record<string, string> = {};
  segments.forEach((segment, index) => {
    if (segment.startsWith(':')) params[segment.slice(1)] = decodeUri(parts[index] ?? '');
    // The rest as it was sent, with its slashes: a key may end in one.
    else if (segment.startsWith('*')) params[segment.slice(1)] = decodeUri(rawPath.split('/').slice(index).join('/'));
  });
  return params;
};
