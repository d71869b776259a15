import type { Approval } from '../../domain/approval.ts';
import { Conflict } from '../../domain/errors.ts';
import type { TenantHypervisor } from '../../domain/hypervisor.ts';
import type { RecoveryPoint } from '../../domain/recovery-point.ts';
import { retentionOfTenant, tokenOf } from '../jobs/retention-of-tenant.ts';
import { type RetentionDeps, runRetention } from '../jobs/run-retention.ts';

/** API Gateway answers after 29 s at the latest. */
const BUDGET_MS = 18_000;

export interface Removal {
  /** There was no time for all of it. */
  readonly isLeft: boolean;
  /** What was done until now, in a sentence. */
  readonly result: string;
}

/**
 * The retention run that was approved: removes what it named, as far as retention would remove that still. What has come
 * under a hold meanwhile stays; what was removed by an earlier try, or by somebody else, is gone. Begun again it does what
 * is left. Errors: Conflict (the points are not those that the request names), any of `runRetention`.
 */
export const createApprovedRemoval =
  (deps: RetentionDeps) =>
  async (
    tenant: TenantHypervisor,
    { approvalId, askedBy, requestedBy, removes = [] }: Approval,
    token: string,
  ): Promise<Removal> => {
    const { catalog, clock, sha256 } = deps;
    if (tokenOf(sha256, removes) !== token) throw new Conflict('It names other recovery points than were looked at.');
    const until = clock.now() + BUDGET_MS;
    const asked = new Set(removes);
    const isAsked = ({ recoveryPointId }: RecoveryPoint): boolean => asked.has(recoveryPointId);
    const now = await retentionOfTenant(catalog, sha256, tenant.hypervisorId, clock.now());
    const remove = now.remove.filter(({ point }) => isAsked(point));
    const stay = now.keep.filter(({ point }) => isAsked(point)).length;
    const { removed } = await runRetention(
      deps,
      tenant,
      { remove, unfinished: now.unfinished.filter(isAsked) },
      until,
      {
        who: { kind: askedBy, principal: requestedBy },
        requestId: `retention-${approvalId}`,
      },
    );
    const notRemoved = stay + remove.length - removed.length;
    return {
      isLeft: removed.length < remove.length && clock.now() >= until,
      result: `${asked.size - notRemoved} of ${asked.size} recovery points are removed.`,
    };
  };
