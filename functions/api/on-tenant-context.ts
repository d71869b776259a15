import type { TenantHypervisor } from '../../core/domain/hypervisor.ts';
import type { Audience } from '../../core/domain/problems.ts';
import type { PageRequest } from '../../core/ports/page.ts';
import type { TenantScopes } from '../../core/ports/tenant-scope.ts';
import type { PlanDeps } from '../../core/steps/api/add-plan.ts';
import type { GetJobDeps } from '../../core/steps/api/get-job.ts';
import type { Asked } from '../../core/steps/api/idempotency.ts';
import type { StartJobDeps } from '../../core/steps/api/start-job.ts';
import type { AskApprovalDeps } from '../../core/steps/approvals/ask-approval.ts';
import type { RetentionDeps } from '../../core/steps/jobs/run-retention.ts';
import type { RequestOf, Route } from './endpoint.ts';

export interface OnTenantDeps extends StartJobDeps, PlanDeps, RetentionDeps, AskApprovalDeps {
  readonly catalog: StartJobDeps['catalog'] &
    PlanDeps['catalog'] &
    RetentionDeps['catalog'] &
    AskApprovalDeps['catalog'] &
    GetJobDeps['catalog'];
  readonly executions: StartJobDeps['executions'];
  readonly scopes: TenantScopes;
  /** Of the operators' API: who asks there has to be known by name, where a second person is asked. */
  readonly settings?: { readonly controlPlaneAccountId: string; readonly stage: string };
}

export interface OnTenant {
  readonly tenant: TenantHypervisor;
  readonly audience: Audience;
  /** ARN of the principal that asks. */
  readonly requestedBy: string;
}

export const pageOf = ({
  limit,
  next,
}: {
  readonly limit: number;
  readonly next?: string | undefined;
}): PageRequest => ({
  limit,
  ...(next === undefined ? {} : { next }),
});

/** Who asks, and under which key. */
export const askedOf = (
  { requestedBy }: { readonly requestedBy: string },
  { idempotencyKey }: Pick<RequestOf<Route>, 'idempotencyKey'>,
): Asked => ({ requestedBy, ...(idempotencyKey === undefined ? {} : { idempotencyKey }) });
