/** Of each request that takes protection away: what it would do at this moment, and to what. */
import type { ProtectedOperation } from '../../contracts/approvals.ts';
import { SetProtection } from '../../contracts/approvals.ts';
import { BindHypervisor } from '../../contracts/hypervisor-requests.ts';
import type { RecoveryPointId } from '../../contracts/ids.ts';
import { StartLibraryRun } from '../../contracts/library-runs.ts';
import { PlanFields } from '../../contracts/plans.ts';
import type { AskedRequest } from '../../domain/approval.ts';
import { Conflict } from '../../domain/errors.ts';
import type { TenantHypervisor } from '../../domain/hypervisor.ts';
import { changesLibrary } from '../../domain/library-run.ts';
import type { Audience } from '../../domain/problems.ts';
import { shorterRetention } from '../../domain/shorter-retention.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Executions, Sha256 } from '../../ports/control.ts';
import type { TenantScopes } from '../../ports/tenant-scope.ts';
import { refuseRebinding } from '../api/bind-hypervisor.ts';
import { changedSince, isAsAsked, isChangedSince } from '../api/changed-since.ts';
import { checkPlan } from '../api/check-plan.ts';
import { deletablePoint } from '../api/delete-recovery-point.ts';
import { refuseTenant } from '../api/legal-hold.ts';
import { notFound } from '../api/not-found.ts';
import { countAndNames, livingPoints } from '../api/out-of-reach-points.ts';
import { planAsAsked } from '../api/replace-plan.ts';
import { refuseRun, serviceOfRun } from '../api/start-library-run.ts';
import { refuseUnbinding } from '../api/unbind-hypervisor.ts';
import { refuseWhileTenantHasAnything } from '../api/what-tenant-has.ts';
import { retentionOfTenant } from '../jobs/retention-of-tenant.ts';

export interface LookDeps {
  readonly catalog: Pick<
    Catalog,
    'hypervisors' | 'points' | 'plans' | 'vmGroups' | 'nodes' | 'jobs' | 'instances' | 'effects'
  >;
  readonly scopes: TenantScopes;
  readonly executions: Pick<Executions, 'status'>;
  readonly clock: Clock;
  readonly sha256: Sha256;
}

export interface Look {
  /** Id of what it is about. */
  readonly subject: string;
  /** What would be done, in sentences that a tenant may read. */
  readonly what: readonly string[];
  /** What it would change, as it is now: whoever approves has seen what would be done to this, and to nothing else. */
  readonly basis: unknown;
  /** The recovery points that it may remove: of a retention run, which names them by a hash only. */
  readonly removes?: readonly RecoveryPointId[];
}

/**
 * Undefined: it takes no protection away (any more), and needs nobody's approval. Errors: as of the request itself, so
 * that what would be refused does not wait first.
 */
export type LookAt = (
  tenant: TenantHypervisor,
  audience: Audience,
  request: Pick<AskedRequest, 'params' | 'query' | 'body'>,
) => Promise<Look | undefined>;

const day = (ms: number): string => new Date(ms).toISOString().slice(0, 16).replace('T', ' ');

export const createLooks = (deps: LookDeps): Readonly<Record<ProtectedOperation, LookAt>> => {
  const { catalog, clock, sha256 } = deps;

  const planOf = async ({ hypervisorId }: TenantHypervisor, { planId = '' }: AskedRequest['params']) => {
    const plan = await catalog.plans.get(hypervisorId, planId);
    if (!plan) throw notFound('plan', 'planId');
    return plan;
  };
  const hasLivingPoints = async ({ hypervisorId }: TenantHypervisor): Promise<boolean> => {
    for await (const _ of livingPoints(catalog.points, hypervisorId)) return true;
    return false;
  };
  const fieldsOf = (plan: object): PlanFields => PlanFields.strip().parse(plan);

  return {
    async 'delete-recovery-point'(tenant, _, { params: { recoveryPointId = '' }, query }) {
      const point = await deletablePoint(deps, tenant, recoveryPointId, query.evenNewest === 'true');
      const { instanceId, kind, takenAt, instance } = point;
      return {
        subject: recoveryPointId,
        what: [
          `Delete the ${kind} recovery point ${recoveryPointId} of ${instance.name ?? instanceId} (${instanceId}), taken ${day(takenAt)} UTC.`,
        ],
        basis: { recoveryPointId },
      };
    },

    async 'run-retention'({ hypervisorId }, _, { body }) {
      const { token, remove } = await retentionOfTenant(catalog, sha256, hypervisorId, clock.now());
      if (remove.length === 0) return undefined;
      if (token !== (body as { readonly token: string }).token) {
        throw new Conflict('What retention would remove has changed since it was shown.', {
          field: 'token',
          remedy: 'Look at it again, and run it with the new token.',
        });
      }
      const names = remove.map(({ point }) => point.recoveryPointId);
      return {
        subject: hypervisorId,
        what: [`Remove recovery points that no retention rule keeps: ${countAndNames(names)}.`],
        basis: { token },
        removes: names,
      };
    },

    async 'shorten-retention'(tenant, audience, { params, query, body }) {
      const plan = await planOf(tenant, params);
      const after = planAsAsked(plan, audience, body);
      if (isChangedSince(plan, query) && !isAsAsked(PlanFields, plan, after)) throw changedSince('plan', plan);
      const before = fieldsOf(plan);
      const shorter = shorterRetention(before, after);
      if (shorter.length === 0) return undefined;
      await checkPlan(catalog, tenant, after);
      return {
        subject: plan.planId,
        what: [`Keep less by the plan "${plan.name}".`, ...shorter.map((each) => `${each}.`)],
        basis: before,
      };
    },

    async 'remove-plan'(tenant, _, { params }) {
      const plan = await planOf(tenant, params);
      let under = 0;
      for await (const { planId } of livingPoints(catalog.points, tenant.hypervisorId))
        if (planId === plan.planId) under++;
      if (under === 0) return undefined;
      return {
        subject: plan.planId,
        what: [`Remove the plan "${plan.name}"; ${under} recovery points are under its retention, and stay.`],
        basis: fieldsOf(plan),
      };
    },

    async 'release-legal-hold'({ hypervisorId }, audience, { params: { recoveryPointId = '' } }) {
      const point = await catalog.points.get(hypervisorId, recoveryPointId);
      if (!point) throw notFound('recovery point', 'recoveryPointId');
      refuseTenant(point, audience);
      if (!point.legalHold) return undefined;
      const { since, reason } = point.legalHold;
      return {
        subject: recoveryPointId,
        what: [`End the legal hold of ${recoveryPointId}, held since ${day(since)} UTC: ${reason}`],
        basis: point.legalHold,
      };
    },

    async unbind(tenant, _, { query }) {
      if (!tenant.binding) return undefined;
      await refuseUnbinding(deps, tenant, query.leavePoints === 'true');
      return {
        subject: tenant.hypervisorId,
        what: [
          `Unbind ${tenant.name} (${tenant.accountId}): nothing of it is backed up or restored until it is bound again.`,
        ],
        basis: tenant.binding,
      };
    },

    async rebind(tenant, _, { body }) {
      const { serviceHypervisorId } = BindHypervisor.parse(body);
      const { binding } = tenant;
      if (binding?.serviceId === serviceHypervisorId) return undefined;
      if (!binding && !(await hasLivingPoints(tenant))) return undefined;
      await refuseRebinding(deps, tenant, serviceHypervisorId);
      return {
        subject: tenant.hypervisorId,
        what: [
          `Bind ${tenant.name} (${tenant.accountId}) to other resources: whoever runs those sees what is backed up and restored from then on, and can have every recovery point restored through them.`,
        ],
        basis: { binding: binding ?? null },
      };
    },

    async 'change-library'(tenant, _, { body }) {
      const { serviceId, ...run } = StartLibraryRun.parse(body);
      const isElsewhere = serviceId !== undefined && serviceId !== tenant.binding?.serviceId;
      if (!changesLibrary(run) || !(isElsewhere || run.acceptDamage)) return undefined;
      const service = await serviceOfRun(deps, tenant, serviceId);
      await refuseRun(deps, tenant, service, run);
      return {
        subject: tenant.hypervisorId,
        what: [
          `${run.task === 'prune' ? 'Prune' : 'Repair'} ${isElsewhere ? 'a library that it is not bound to' : 'the library'} of ${tenant.name} (${tenant.accountId}).`,
          ...(run.acceptDamage ? ['What only damaged recovery points refer to is given up.'] : []),
        ],
        basis: { binding: tenant.binding ?? null, library: service.mediaAgent.library },
      };
    },

    async 'remove-hypervisor'(tenant) {
      await refuseWhileTenantHasAnything(deps, tenant);
      return {
        subject: tenant.hypervisorId,
        what: [`Remove the tenant hypervisor ${tenant.name} (${tenant.accountId}).`],
        basis: { createdAt: tenant.createdAt },
      };
    },

    async 'switch-off-approvals'(tenant, _, { body }) {
      if (SetProtection.parse(body).approvals !== 'off' || tenant.approvals === undefined) return undefined;
      return {
        subject: tenant.hypervisorId,
        what: [
          `Switch approvals off for ${tenant.name} (${tenant.accountId}): one person alone can then do all of this.`,
        ],
        basis: { approvals: tenant.approvals },
      };
    },
  };
};
