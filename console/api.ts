/**
 * The REST API as the page asks it: the contract's routes, sent to the server that has served the page. Of the contract only
 * types are used here: the first script of the page needs nothing more.
 */
import type { z } from 'zod';
import type { Problem } from '../core/contracts/api.ts';
import { plainly } from './plainly.ts';
import { sessionKey } from './session.ts';

interface Route {
  readonly method: string;
  readonly path: string;
  readonly query: z.ZodType;
  readonly body: z.ZodType | undefined;
  readonly status: number;
  readonly answer: z.ZodType;
}

export interface CallInput<R extends Route> {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: R['body'] extends z.ZodType ? z.input<R['body']> : never;
  /** The same key and body again do nothing again. */
  readonly idempotencyKey?: string;
  readonly signal?: AbortSignal;
  /** Of what is changed and sent back, or whose hash is looked at. Absent: as it is shown (plainly.ts). */
  readonly asWritten?: boolean;
}

/** What the API, or what stands before it, said instead of an answer. */
export class ApiFailure extends Error {
  override readonly name = 'ApiFailure';
  readonly status: number;
  readonly code: string;
  readonly field: string | undefined;
  readonly remedy: string | undefined;

  constructor({
    status,
    code,
    detail,
    field,
    remedy,
  }: Pick<Problem, 'status' | 'code' | 'detail' | 'field' | 'remedy'>) {
    super(detail);
    this.status = status;
    this.code = code;
    this.field = field;
    this.remedy = remedy;
  }

  /** Nobody answered, or not the API: the same request may do better in a while. */
  get isLost(): boolean {
    return this.status === 0 || this.status >= 500;
  }

  /** It was not reached at all; the rest of what is lost may have cost it long, and been too much for it. */
  get isUnreached(): boolean {
    return [0, 502, 503].includes(this.status);
  }

  /** The same request may do better in a while, and costs nothing much. */
  get isPassing(): boolean {
    return this.isUnreached || this.status === 429;
  }

  /** Whoever asks is not let in, or not any more. */
  get isRefused(): boolean {
    return this.status === 401 || this.status === 403;
  }
}

const LOST = {
  status: 0,
  code: 'Unreachable',
  detail: 'The console’s own server does not answer.',
  remedy: 'Start holdfast console again, and open the address that it prints.',
};

const NO_ID = {
  status: 404,
  code: 'NotFound',
  detail: 'The address names something that cannot be: an id has letters, digits and dashes.',
  remedy: 'Check the address.',
};

const SIGNED_OUT = {
  status: 401,
  code: 'NoSession',
  detail: 'This browser is not let in any more: the console was started anew.',
  remedy: 'Open the address that holdfast console has printed last.',
};

const failureOf = async (response: Response): Promise<ApiFailure> => {
  if (response.status === 401) return new ApiFailure(SIGNED_OUT);
  const said = plainly(await response.json().catch(() => ({}))) as Partial<Problem> & { message?: string };
  return new ApiFailure({
    status: response.status,
    code: said.code ?? `Http${response.status}`,
    detail: said.detail ?? said.message ?? `The API answered ${response.status}.`,
    field: said.field,
    remedy: said.remedy,
  });
};

/** Of the address, which anybody may have written: what would lead to another route is no id of anything. */
const segment = (id: string): string => {
  if (!/^[\w:-][\w.:-]*$/.test(id)) throw new ApiFailure(NO_ID);
  return encodeURIComponent(id);
};

const withKey = () => ({ 'x-holdfast-session': sessionKey() });

/** ms: what was asked early and is not taken by then is no news any more. */
const EARLY_MS = 5_000;
const early = new Map<string, Promise<Response>>();

/** Asks what a page is going to ask, before that page is there; `address`: path and query, as it will send them. */
export const askEarly = (address: string): void => {
  const answer = fetch(`/api${address}`, { headers: withKey() });
  // whoever takes it says what went wrong
  answer.catch(() => {});
  early.set(address, answer);
  setTimeout(() => early.delete(address), EARLY_MS);
};

/** Once: who asks again wants to know anew. */
const takeEarly = (method: string, address: string): Promise<Response> | undefined => {
  const answer = method === 'GET' ? early.get(address) : undefined;
  early.delete(address);
  return answer;
};

const send = async <R extends Route>(
  route: R,
  { params = {}, query = {}, body, idempotencyKey, signal }: CallInput<R>,
): Promise<Response> => {
  const path = route.path.replace(/\{(\w+)\}/g, (_, name: string) => segment(params[name] ?? ''));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value));
  const address = search.size > 0 ? `${path}?${search}` : path;
  const answer =
    takeEarly(route.method, address) ??
    fetch(`/api${address}`, {
      method: route.method,
      headers: {
        ...withKey(),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal ? { signal } : {}),
    });
  const response = await answer.catch((error: unknown) => {
    throw error instanceof DOMException && error.name === 'AbortError' ? error : new ApiFailure(LOST);
  });
  if (!response.ok) throw await failureOf(response);
  return response;
};

const answerIn = async (
  response: Response,
  { asWritten = false }: { readonly asWritten?: boolean },
): Promise<unknown> => {
  const answer: unknown = await response.json();
  return asWritten ? answer : plainly(answer);
};

/** Errors: ApiFailure; AbortError if the signal ends it. */
export const call = async <R extends Route>(route: R, input: CallInput<R> = {}): Promise<z.output<R['answer']>> =>
  (await answerIn(await send(route, input), input)) as z.output<R['answer']>;

interface GuardedRoute extends Route {
  readonly pending: z.ZodType;
}

/** Of what takes protection away: it is done, or it waits for a second person. */
export type Outcome<R extends GuardedRoute> =
  | { readonly done: z.output<R['answer']>; readonly waits?: undefined }
  | { readonly done?: undefined; readonly waits: z.output<R['pending']> };

/** Errors: as call. */
export const callGuarded = async <R extends GuardedRoute>(route: R, input: CallInput<R> = {}): Promise<Outcome<R>> => {
  const response = await send(route, input);
  const answer = await answerIn(response, input);
  return response.status === 202
    ? { waits: answer as z.output<R['pending']> }
    : { done: answer as z.output<R['answer']> };
};
