import type { RetentionPlanView, RetentionResult } from '../../contracts/api.ts';
import { Conflict } from '../../domain/errors.ts';
import type { TenantHypervisor } from '../../domain/hypervisor.ts';
import type { Audience } from '../../domain/problems.ts';
import type { Verdict } from '../../domain/retention.ts';
import { tenantMessageOf } from '../../domain/tenant-words.ts';
import { time } from '../../domain/view-fields.ts';
import { retentionOfTenant } from '../jobs/retention-of-tenant.ts';
import { type RetentionDeps, runRetention } from '../jobs/run-retention.ts';

/** API Gateway answers after 29 s at the latest; what is left goes on with the next run. */
const BUDGET_MS = 18_000;

/** They are listed newest first, and the newest are what a look is for. */
const MOST_KEEPS_SHOWN = 1_000;

const verdictView = ({ point: { recoveryPointId, instanceId, kind, takenAt }, reason }: Verdict) => ({
  recoveryPointId,
  instanceId,
  kind,
  takenAt: time(takenAt),
  reason,
});

/** Shows what a run would remove and keep, and why; nothing is done. */
export const createPlanRetention =
  ({ catalog, sha256, clock }: Pick<RetentionDeps, 'catalog' | 'sha256' | 'clock'>) =>
  async ({ hypervisorId }: TenantHypervisor): Promise<RetentionPlanView> => {
    const { token, remove, more, keep } = await retentionOfTenant(catalog, sha256, hypervisorId, clock.now());
    return {
      token,
      removes: remove.map(verdictView),
      ...(more === 0 ? {} : { more }),
      keeps: keep.slice(0, MOST_KEEPS_SHOWN).map(verdictView),
      keepsInAll: keep.length,
    };
  };

/** Performs the plan that was shown, and no other. Errors: Conflict (it has become another), TransientFailure. */
export const createRunRetention =
  (deps: RetentionDeps) =>
  async (
    tenant: TenantHypervisor,
    audience: Audience,
    requestedBy: string,
    token: string,
  ): Promise<RetentionResult> => {
    const retention = await retentionOfTenant(deps.catalog, deps.sha256, tenant.hypervisorId, deps.clock.now());
    if (retention.token !== token) {
      throw new Conflict('What retention would remove has changed since it was shown.', {
        field: 'token',
        remedy: 'Look at it again, and run it with the new token.',
      });
    }
    const { removed, failed } = await runRetention(deps, tenant, retention, deps.clock.now() + BUDGET_MS, {
      who: { kind: audience.kind, principal: requestedBy },
      requestId: `retention-${token.slice(0, 32)}`,
    });
    return {
      removed: [...removed],
      failed: failed.map(({ recoveryPointId, error }) => ({
        recoveryPointId,
        reason: audience.kind === 'tenant' ? tenantMessageOf(error, audience) : error.message,
      })),
    };
  };
