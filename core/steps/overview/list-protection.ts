import type { Protection } from '../../contracts/instances.ts';
import { MOST_NAMED, type TenantProtection } from '../../contracts/overview.ts';
import type { TenantHypervisor } from '../../domain/hypervisor.ts';
import { protectionOf } from '../../domain/protection.ts';
import { defined } from '../../domain/view-fields.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock } from '../../ports/clock.ts';
import { inParallel } from '../../ports/in-parallel.ts';
import type { PageRequest } from '../../ports/page.ts';
import type { ListedInstance } from '../../ports/tenant-instances.ts';
import type { TenantScopes } from '../../ports/tenant-scope.ts';
import { newestGoodPoint } from '../health/newest-point.ts';
import { type Candidate, instancesOfTenant, listAccount } from '../protection/instances-of-tenant.ts';
import { knownInstance, type TenantNow } from '../protection/known-instance.ts';
import { type PlansNowDeps, plansNow } from '../protection/plans-now.ts';

export interface ProtectionDeps extends Pick<PlansNowDeps, 'sha256'> {
  readonly catalog: PlansNowDeps['catalog'] & Pick<Catalog, 'hypervisors' | 'vmGroups' | 'instances' | 'points'>;
  readonly scopes: TenantScopes;
  readonly clock: Clock;
  /** Waits so many ms at the most; errors: TransientFailure, and the work's own. */
  readonly within: (ms: number) => <T>(work: Promise<T>) => Promise<T>;
}

/** Goes on the session, into the tenant's trail. */
const SOURCE_IDENTITY = 'holdfast-overview';
const TENANTS_AT_ONCE = 8;
/** Of one account, and of all of a page: an answer has to come within 29 s, and the others are told in it. */
const ACCOUNT_MS = 6_000;
const PAGE_MS = 20_000;
const INSTANCES_AT_ONCE = 16;

const accountOf = async (
  { scopes, clock, within }: ProtectionDeps,
  tenant: TenantHypervisor,
  begunAt: number,
): Promise<{ readonly instances?: readonly ListedInstance[]; readonly problem?: string }> => {
  const ms = Math.min(ACCOUNT_MS, begunAt + PAGE_MS - clock.now());
  if (ms <= 0) return { problem: 'There was no time left to ask its account: ask for fewer tenants at once.' };
  try {
    return { instances: await within(ms)(listAccount(scopes, tenant, SOURCE_IDENTITY)) };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
};

/** Of one that is in the account, no more is read than the verdict needs. */
const verdictOf = async (
  catalog: ProtectionDeps['catalog'],
  candidate: Candidate,
  tenant: TenantNow,
  now: number,
): Promise<Protection | undefined> => {
  const { instanceId, listed, groups, plans } = candidate;
  if (!listed) {
    const known = await knownInstance(catalog, candidate, tenant);
    return known && protectionOf(known, now).protection;
  }
  const runs = plans.some((each) => each.runs);
  const newestAt = runs ? await newestGoodPoint(catalog, tenant.tenantId, instanceId) : undefined;
  const known = { instanceId, exists: true, isMatched: groups.length > 0, plans, newestAt };
  return protectionOf(known, now).protection;
};

const protectionOfTenant = async (
  deps: ProtectionDeps,
  tenant: TenantHypervisor,
  now: number,
): Promise<TenantProtection> => {
  const { catalog, sha256 } = deps;
  const { hypervisorId: tenantId, name } = tenant;
  const plans = await plansNow({ catalog, sha256 }, tenantId, now);
  const { instances, problem } = await accountOf(deps, tenant, now);
  const candidates = await instancesOfTenant(catalog, tenantId, instances, plans);
  const of = { tenantId, isReached: instances !== undefined, plans };
  const verdicts = await inParallel(candidates, INSTANCES_AT_ONCE, (each) => verdictOf(catalog, each, of, now));
  const those = (wanted: Protection): string[] =>
    candidates.filter((_, place) => verdicts[place] === wanted).map(({ instanceId }) => instanceId);
  const [late, unprotected] = [those('late'), those('unprotected')];
  return {
    ...{ tenantId, name, late: late.length, unprotected: unprotected.length },
    protected: those('protected').length,
    waiting: those('waiting').length,
    gone: those('gone').length,
    unknown: those('unknown').length,
    lateIds: late.slice(0, MOST_NAMED),
    unprotectedIds: unprotected.slice(0, MOST_NAMED),
    ...defined({ problem }),
  };
};

/**
 * Tenant after tenant, those that are not being removed: their instances by the rule of core/domain/protection.ts, as each
 * tenant's own list has them. An account that cannot be asked is told by its problem, and counted by the records. A page of
 * hypervisors has few tenants, or none, where the others are service hypervisors.
 */
export const createListProtection = (deps: ProtectionDeps) => async (page: PageRequest) => {
  const { items, next } = await deps.catalog.hypervisors.list(page);
  const now = deps.clock.now();
  const tenants = items.filter((each): each is TenantHypervisor => each.kind === 'tenant' && !each.removing);
  const found = await inParallel(tenants, TENANTS_AT_ONCE, (tenant) => protectionOfTenant(deps, tenant, now));
  return { items: found, ...(next ? { next } : {}) };
};
