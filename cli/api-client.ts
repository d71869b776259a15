/** The REST API, called with the user's own AWS credentials. No retries: who waits for a job polls, others ask again. */
import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import type { z } from 'zod';
import { PathParameters, Problem } from '../core/contracts/api.ts';
import { CliError, refused, unreachable, usageError } from './cli-error.ts';

/** API Gateway itself gives up after 29 s. */
const TIMEOUT_MS = 35_000;

interface Route {
  readonly method: string;
  readonly path: string;
  readonly query: z.ZodType;
  readonly body: z.ZodType | undefined;
  readonly answer: z.ZodType;
}

export interface CallInput<R extends Route> {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: R['body'] extends z.ZodType ? z.input<R['body']> : never;
}

export interface ApiClient {
  /** Errors: CliError (refused, unreachable, no credentials). */
  call<R extends Route>(route: R, input?: CallInput<R>): Promise<z.output<R['answer']>>;
}

export interface ApiClientOptions {
  readonly url: URL;
  readonly region: string;
  readonly credentials: () => Promise<{ accessKeyId: string; secretAccessKey: string; sessionToken?: string }>;
}

/** The innermost reason: fetch wraps what happened on the network two or three times. */
const reason = (error: unknown): string => {
  let inner = error;
  while (inner instanceof Error && inner.cause instanceof Error) inner = inner.cause;
  if (inner instanceof AggregateError && inner.errors.length > 0) inner = inner.errors[0];
  return inner instanceof Error ? inner.message || inner.name : String(inner);
};

const noCredentials = (cause: unknown): CliError =>
  usageError(`No AWS credentials were found: ${reason(cause)}`, {
    remedy: 'Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.',
    cause,
  });

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** An id that goes into a path: said here already if it is none, for `..` would lead somewhere else. */
const idOf = (name: string, value: string): string => {
  const forms: Readonly<Record<string, z.ZodType<string>>> = PathParameters;
  const result = forms[name]?.safeParse(value);
  if (result?.success) return result.data;
  throw usageError(`"${value}" is no such id: it ${result?.error.issues[0]?.message ?? 'has the wrong form'}.`);
};

/** As SigV4 wants it, and so signed and sent alike: URLSearchParams writes spaces and stars its own way. */
const escaped = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);

/** Our own problem; or what API Gateway says where it does not let the request through (`{"message": …}`). */
const failure = (status: number, text: string, url: URL): CliError => {
  const value = parseJson(text);
  const problem = Problem.loose().safeParse(value);
  if (problem.success) return refused(problem.data);
  const said = (value as { message?: unknown; Message?: unknown } | undefined) ?? {};
  const message = said.message ?? said.Message;
  if (status >= 500 || typeof message !== 'string')
    return unreachable(`${url.origin} answered ${status}, and not as the Holdfast API does.`, 'Check --api-url.');
  return refused({
    type: 'about:blank',
    title: 'Refused by API Gateway',
    status,
    code: status === 429 ? 'TooManyRequests' : status === 403 ? 'AccessDenied' : `Http${status}`,
    detail: message,
    remedy:
      status === 429
        ? 'Wait a little and try again.'
        : 'Check the credentials (aws sts get-caller-identity), the region, and that --api-url has the stage.',
  });
};

export const createApiClient = ({ url, region, credentials }: ApiClientOptions): ApiClient => {
  const send = async (method: string, path: string, query: Record<string, string>, body: string | undefined) => {
    const signer = new SignatureV4({
      service: 'execute-api',
      region,
      sha256: Sha256,
      credentials: await credentials().catch((cause: unknown) => {
        throw noCredentials(cause);
      }),
    });
    const request = await signer.sign({
      method,
      protocol: url.protocol,
      hostname: url.hostname,
      path,
      query,
      headers: {
        host: url.host,
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body }),
    });
    const target = new URL(path, url);
    target.search = Object.entries(query)
      .map(([name, value]) => `${escaped(name)}=${escaped(value)}`)
      .join('&');
    // fetch sets host itself, to the very value that was signed
    const { host: _, ...headers } = request.headers;
    const response = await fetch(target, {
      method,
      headers,
      signal: AbortSignal.timeout(TIMEOUT_MS),
      ...(body === undefined ? {} : { body }),
    });
    return { status: response.status, ok: response.ok, text: await response.text() };
  };

  return {
    async call(route, input = {}) {
      const { params = {}, query = {}, body } = input;
      const path = route.path.replace(/\{(\w+)\}/g, (_, name: string) => idOf(name, params[name] ?? ''));
      const given = Object.entries(query).filter(([, value]) => value !== undefined);
      const answer = await send(
        route.method,
        `${url.pathname.replace(/\/$/, '')}${path}`,
        Object.fromEntries(given.map(([name, value]) => [name, String(value)])),
        body === undefined ? undefined : JSON.stringify(body),
      ).catch((cause: unknown) => {
        if (cause instanceof CliError) throw cause;
        throw unreachable(
          `No answer from ${url.origin}: ${reason(cause)}`,
          'Check --api-url (or HOLDFAST_API_URL) and the network.',
          cause,
        );
      });
      if (!answer.ok) throw failure(answer.status, answer.text, url);
      // not parsed strictly: a newer API may say more than this command knows
      return parseJson(answer.text) as z.output<(typeof route)['answer']>;
    },
  };
};
