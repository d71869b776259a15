/** Routes that take protection away: under two-person approval they keep the request, and answer that it waits. */
import type { ProtectedOperation } from '../../core/contracts/approvals.ts';
import { isKnownByName, isTheWayIn } from '../../core/domain/approval.ts';
import { NotAllowed } from '../../core/domain/errors.ts';
import type { TenantHypervisor } from '../../core/domain/hypervisor.ts';
import type { Audience } from '../../core/domain/problems.ts';
import { type AskApprovalDeps, createAskApproval } from '../../core/steps/approvals/ask-approval.ts';
import type { Endpoint, RequestOf, Route } from './endpoint.ts';
import type { OnTenant, OnTenantDeps } from './on-tenant-context.ts';
import type { Caller } from './router.ts';
import { WaitsForApproval } from './waits-for-approval.ts';

type Guard<Context> = (operation: ProtectedOperation, endpoint: Endpoint<Context>) => Endpoint<Context>;

interface Asking {
  readonly tenant: TenantHypervisor;
  readonly audience: Audience;
  readonly requestedBy: string;
}

/** `askingOf`: undefined where nobody has to be asked. */
const guardWith = <Context>(
  deps: AskApprovalDeps,
  askingOf: (context: Context, request: RequestOf<Route>) => Promise<Asking | undefined>,
): Guard<Context> => {
  const askApproval = createAskApproval(deps);
  return (operation, endpoint) => ({
    ...endpoint,
    async handle(context, request) {
      const asking = await askingOf(context, request);
      const approval =
        asking &&
        (await askApproval(asking.tenant, asking.audience, asking.requestedBy, operation, {
          params: request.params as Readonly<Record<string, string>>,
          query: request.query as Readonly<Record<string, unknown>>,
          body: request.body,
        }));
      return approval ? new WaitsForApproval(approval) : endpoint.handle(context, request);
    },
  });
};

interface Place {
  readonly controlPlaneAccountId: string;
  readonly stage: string;
}

/** Whoever approves is to be another person: a session of any role could be named after somebody else. */
const refuseUnknownName = (arn: string, place: Place): void => {
  if (isKnownByName(arn, place)) return;
  throw new NotAllowed('Under two-person approval, who asks for this must be known by name.', {
    remedy: `Ask as an IAM user, or with the role holdfast-${place.stage}-operator.`,
  });
};

/**
 * The way that the deployment itself comes into the account is no person: an operator may have typed in its access key, or
 * can assume its role, and would be a second one.
 */
const refuseTheWayIn = (arn: string, { auth, accountId }: TenantHypervisor): void => {
  if (!isTheWayIn(arn, auth, accountId)) return;
  throw new NotAllowed('Under two-person approval, this cannot be asked for with the access that your provider uses.', {
    remedy: 'Ask as a user or a role of your own.',
  });
};

/** Operators are to be known by name; a tenant's people are others than the approver, unless they are the provider's own. */
export const guardOnTenant = (deps: Pick<OnTenantDeps, keyof AskApprovalDeps | 'settings'>): Guard<OnTenant> =>
  guardWith(deps, async ({ tenant, audience, requestedBy }) => {
    if (tenant.approvals && audience.kind === 'operator' && deps.settings)
      refuseUnknownName(requestedBy, deps.settings);
    if (tenant.approvals && audience.kind === 'tenant') refuseTheWayIn(requestedBy, tenant);
    return { tenant, audience, requestedBy };
  });

export interface GuardHypervisorsDeps extends AskApprovalDeps {
  readonly settings: Place;
}

/** Of operators' routes that name a hypervisor: approvals are about those of tenants. */
export const guardHypervisors = (deps: GuardHypervisorsDeps): Guard<Caller> =>
  guardWith(deps, async ({ arn }, { params }) => {
    const { hypervisorId = '' } = params as { readonly hypervisorId?: string };
    const tenant = await deps.catalog.hypervisors.get(hypervisorId);
    if (tenant?.kind !== 'tenant' || !tenant.approvals) return undefined;
    refuseUnknownName(arn, deps.settings);
    return { tenant, audience: { kind: 'operator' }, requestedBy: arn };
  });
