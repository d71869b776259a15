/** From API Gateway's event to its response: whose request it is, which route, is it valid, what is answered. */
import type { Problem } from '../../core/contracts/api.ts';
import { approvalViewFor } from '../../core/domain/approval-views.ts';
import { HoldfastError, NotAllowed, NotFound } from '../../core/domain/errors.ts';
import { type Audience, problemOf, unexpectedProblem } from '../../core/domain/problems.ts';
import { createRequestAudit, type Known, type RequestAuditDeps } from './audit-requests.ts';
import type { Endpoint } from './endpoint.ts';
import type { ApiHandler, GatewayEvent, GatewayResponse } from './gateway-event.ts';
import { findEndpoint, parseRequest } from './parse-request.ts';
import { WaitsForApproval } from './waits-for-approval.ts';

/** The principal that signed the request. */
export interface Caller {
  readonly accountId: string;
  readonly arn: string;
}

/** Told of every failure that is ours (5xx); never gets bodies, which may hold secrets. */
export type ReportError = (
  error: unknown,
  about: {
    readonly requestId: string;
    readonly route: string;
    readonly tenantId?: string | undefined;
    readonly jobId?: string | undefined;
  },
) => void;

export interface RouterDeps<Context> extends RequestAuditDeps {
  readonly endpoints: readonly Endpoint<Context>[];
  /** Who the caller is to us. Errors: NotAllowed, thrown before the path is looked at. */
  admit(caller: Caller): Promise<{ readonly context: Context; readonly audience: Audience }>;
  readonly reportError: ReportError;
}

/** Limits are by the minute. */
const RETRY_AFTER = { 'retry-after': '60' };

const respond = (statusCode: number, contentType: string, value: unknown): GatewayResponse => ({
  statusCode,
  headers: {
    ...(statusCode === 429 ? RETRY_AFTER : {}),
    'content-type': contentType,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  },
  body: JSON.stringify(value),
});

const callerOf = ({ requestContext: { identity } }: GatewayEvent): Caller => {
  if (identity.accountId && identity.userArn) return { accountId: identity.accountId, arn: identity.userArn };
  throw new NotAllowed('The request is not signed.', { remedy: 'Sign it with AWS credentials (SigV4, execute-api).' });
};

/** Before we know who asks, an answer is worded for a tenant that owns nothing. */
const STRANGER: Audience = { kind: 'tenant', accountId: '', hypervisorId: '' };

export const createRouter = <Context>({ endpoints, admit, reportError, ...deps }: RouterDeps<Context>): ApiHandler => {
  const audit = createRequestAudit(deps);
  return async (event) => {
    const { requestId } = event.requestContext;
    let audience: Audience = STRANGER;
    let route = 'before routing';
    let jobId: string | undefined;
    let tenantId: string | undefined;
    let refused: Problem;
    let known: Known = {};
    try {
      const admitted = await admit(callerOf(event));
      audience = admitted.audience;
      known = { audience };
      const endpoint = findEndpoint(endpoints, event);
      route = `${endpoint.route.method} ${endpoint.route.path}`;
      known = { audience, route: endpoint.route };
      const request = parseRequest(endpoint as Endpoint<never>, event);
      known = { audience, route: endpoint.route, request };
      const { params } = request as { readonly params: Partial<Record<'jobId' | 'hypervisorId', string>> };
      jobId = params.jobId;
      tenantId = audience.kind === 'tenant' ? audience.hypervisorId : params.hypervisorId;
      const audited = await audit.before(event, known);
      // strict: a field that is not in the contract is our fault, and does not leave the house
      const handled = await endpoint.handle(admitted.context, audited ? { ...request, audited } : request);
      if (handled instanceof WaitsForApproval && endpoint.route.pending) {
        const view = approvalViewFor(handled.approval, audience, deps.clock.now());
        const pending = endpoint.route.pending.parse(view);
        await audit.after(event, known, { status: 202, name: 'WaitsForApproval', answer: pending });
        return respond(202, 'application/json', pending);
      }
      const answer = endpoint.route.answer.parse(handled);
      const { status } = endpoint.route;
      await audit.after(event, known, { status, name: 'Done', answer });
      return respond(status, 'application/json', answer);
    } catch (error) {
      const hasName = error instanceof HoldfastError;
      if (!hasName || error.status >= 500) reportError(error, { requestId, route, tenantId, jobId });
      refused = hasName
        ? problemOf(error, audience, error instanceof NotFound ? undefined : jobId)
        : unexpectedProblem(requestId);
    }
    await audit.after(event, known, { status: refused.status, name: refused.code });
    return respond(refused.status, 'application/problem+json', refused);
  };
};
