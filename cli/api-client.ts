/** The REST API, called with the user's own AWS credentials. */
import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { PathParameters } from '../core/contracts/api.ts';
import type { ApprovalView } from '../core/contracts/approvals.ts';
import { failure, parseJson, reason } from './api-failure.ts';
import { checkBody, type Fields } from './checked-body.ts';
import { CliError, unreachable, usageError } from './cli-error.ts';
import { EXIT } from './exit-codes.ts';
import type { Signer } from './signed-request.ts';
import { WaitsForApproval } from './waits-for-approval.ts';

/** Between the tries of a request that makes something; its idempotency key makes that safe. */
const PAUSES_MS = [300, 1_000];

interface Route {
  readonly method: string;
  readonly path: string;
  readonly query: z.ZodType;
  readonly body: z.ZodType | undefined;
  readonly status?: number;
  readonly answer: z.ZodType;
  /** What it answers (202) while it waits for a second person. */
  readonly pending?: z.ZodType;
}

export interface CallInput<R extends Route> {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: R['body'] extends z.ZodType ? z.input<R['body']> : never;
  /** Which option each field of the body (or query) comes from. Given: it is checked before it is sent. */
  readonly fields?: Fields;
}

export interface ApiClient {
  /**
   * What makes or begins something (a job, its retry, a plan, …) is sent with an idempotency key, and sent again where no answer came;
   * nothing else is: who waits for a job polls, others ask again.
   * Errors: CliError (bad input, refused, unreachable, no credentials; WaitsForApproval).
   */
  call<R extends Route>(route: R, input?: CallInput<R>): Promise<z.output<R['answer']>>;
}

export interface ApiClientOptions extends Signer {
  /** For all that this client makes. Absent: a random one for each. */
  readonly idempotencyKey?: string | undefined;
}

const noCredentials = (cause: unknown): CliError =>
  usageError(`No AWS credentials were found: ${reason(cause)}`, {
    remedy: 'Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.',
    cause,
  });

/** An id that goes into a path: said here already if it is none, for `..` would lead somewhere else. */
const idOf = (name: string, value: string): string => {
  const forms: Readonly<Record<string, z.ZodType<string>>> = PathParameters;
  const result = forms[name]?.safeParse(value);
  if (result?.success) return result.data;
  throw usageError(`"${value}" is no such id: it ${result?.error.issues[0]?.message ?? 'has the wrong form'}.`);
};

const present = (query: CallInput<Route>['query'] = {}): [string, string | number | undefined][] =>
  Object.entries(query).filter(([, value]) => value !== undefined);

/** 201 and 202 answer what makes a record or begins something: a job, its next attempt, its end. */
const makes = (route: Route): boolean => route.method === 'POST' && (route.status === 201 || route.status === 202);

const withKey = (error: CliError, key: string): CliError =>
  new CliError(error.name, error.message, {
    exitCode: error.exitCode,
    remedy: `${error.remedy} It may have been done all the same: with --idempotency-key ${key} the same command does it once at most.`,
    cause: error.cause,
  });

const checkInput = ({ body, query }: Route, input: CallInput<Route>, fields: Fields): void => {
  if (body) checkBody(body, input.body ?? {}, fields);
  else checkBody(query, Object.fromEntries(present(input.query)), fields);
};

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export const createApiClient = ({ url, region, credentials, idempotencyKey }: ApiClientOptions): ApiClient => {
  const sendOnce = async (route: Route, input: CallInput<Route>, key: string | undefined): Promise<unknown> => {
    const { params = {}, query, body } = input;
    const path = route.path.replace(/\{(\w+)\}/g, (_, name: string) => idOf(name, params[name] ?? ''));
    const own = await credentials().catch((cause: unknown) => {
      throw noCredentials(cause);
    });
    // here, for a help or a wrong option has no need of what signs
    const { sendAsUser } = await import('./signed-request.ts');
    const answer = await sendAsUser({ url, region, credentials }, own, {
      method: route.method,
      path: `${url.pathname.replace(/\/$/, '')}${path}`,
      query: Object.fromEntries(present(query).map(([name, value]) => [name, String(value)])),
      headers: key === undefined ? {} : { 'idempotency-key': key },
      body: body === undefined ? undefined : JSON.stringify(body),
    }).catch((cause: unknown) => {
      throw unreachable(
        `No answer from ${url.origin}: ${reason(cause)}`,
        'Check --api-url (or HOLDFAST_API_URL) and the network.',
        cause,
      );
    });
    if (!answer.ok) throw failure(answer.status, answer.text, url);
    if (route.pending && answer.status === 202) throw new WaitsForApproval(parseJson(answer.text) as ApprovalView);
    // not parsed strictly: a newer API may say more than this command knows
    return parseJson(answer.text);
  };

  const sendPatiently = async (route: Route, input: CallInput<Route>, key: string): Promise<unknown> => {
    for (let tries = 0; ; tries++) {
      try {
        return await sendOnce(route, input, key);
      } catch (error) {
        if (!(error instanceof CliError && error.exitCode === EXIT.unreachable)) throw error;
        const pause = PAUSES_MS[tries];
        if (pause === undefined) throw withKey(error, key);
        await sleep(pause);
      }
    }
  };

  return {
    async call(route, input = {}) {
      if (input.fields) checkInput(route, input as CallInput<Route>, input.fields);
      const answer = makes(route)
        ? await sendPatiently(route, input as CallInput<Route>, idempotencyKey ?? randomUUID())
        : await sendOnce(route, input as CallInput<Route>, undefined);
      return answer as z.output<(typeof route)['answer']>;
    },
  };
};
