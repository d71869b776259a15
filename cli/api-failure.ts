/** What an answer that is not the one that was hoped for means. */
import { Problem } from '../core/contracts/api.ts';
import { type CliError, refused, unreachable } from './cli-error.ts';

/** The innermost reason: fetch wraps what happened on the network two or three times. */
export const reason = (error: unknown): string => {
  let inner = error;
  while (inner instanceof Error && inner.cause instanceof Error) inner = inner.cause;
  if (inner instanceof AggregateError && inner.errors.length > 0) inner = inner.errors[0];
  return inner instanceof Error ? inner.message || inner.name : String(inner);
};

export const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** Of problems that the gateway answers in the API's place: nobody knows what became of the request. */
const NO_ANSWER = 'ServiceUnavailable';

/** A problem, of the API or of its gateway; or what a gateway says that has no words of ours (`{"message": …}`). */
export const failure = (status: number, text: string, url: URL): CliError => {
  const value = parseJson(text);
  const problem = Problem.loose().safeParse(value);
  if (problem.success && problem.data.code === NO_ANSWER)
    return unreachable(problem.data.detail, problem.data.remedy ?? 'Try again.');
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
