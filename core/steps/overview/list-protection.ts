import { MOST_NAMED, type TenantProtection } from '../../contracts/overview.ts';
import type { TenantHypervisor } from '../../domain/hypervisor.ts';
import type { Objective } from '../../domain/objective.ts';
import { schedulesOf } from '../../domain/plan-schedules.ts';
import type { VmGroup } from '../../domain/vm-group.ts';
import { matchGroup } from '../../domain/vm-group-match.ts';
import type { Catalog, PageRequest } from '../../ports/catalog.ts';
import type { Clock } from '../../ports/clock.ts';
import { allItems } from '../../ports/every-item.ts';
import { inParallel } from '../../ports/in-parallel.ts';
import type { ListedInstance, TenantScopes } from '../../ports/tenant-scope.ts';
import { type ObjectivesDeps, objectivesOf } from '../health/objectives.ts';

export interface ProtectionDeps extends Pick<ObjectivesDeps, 'sha256'> {
  readonly catalog: ObjectivesDeps['catalog'] & Pick<Catalog, 'hypervisors' | 'vmGroups'>;
  readonly scopes: TenantScopes;
  readonly clock: Clock;
}

/** Goes on the session, into the tenant's trail. */
const SOURCE_IDENTITY = 'holdfast-overview';
const TENANTS_AT_ONCE = 8;
const GONE = ['terminated', 'shutting-down'];

type Verdict = 'protected' | 'late' | 'waiting';
const VERDICTS = { missed: 'late', met: 'protected', settling: 'waiting' } as const;
const RANK: readonly Verdict[] = ['late', 'waiting', 'protected'];

/** The worst of an instance's plans counts. */
const worse = (a: Verdict | undefined, b: Verdict): Verdict =>
  a !== undefined && RANK.indexOf(a) < RANK.indexOf(b) ? a : b;

const covers = (group: VmGroup, instance: ListedInstance): boolean =>
  matchGroup(group, [instance], new Map()).instances.length > 0;

/** VM groups of plans whose schedule is at work. */
const groupsAtWork = async (
  { plans, vmGroups }: Pick<Catalog, 'plans' | 'vmGroups'>,
  tenantId: string,
): Promise<readonly VmGroup[]> => {
  const all = await allItems((page) => plans.list(tenantId, page));
  const atWork = all.filter((plan) => schedulesOf(plan).some(({ action, enabled }) => action === 'backup' && enabled));
  const ids = new Set(atWork.map(({ planId }) => planId));
  const groups = await allItems((page) => vmGroups.list(tenantId, page));
  return groups.filter(({ planId }) => planId !== undefined && ids.has(planId));
};

/** Each instance's verdict by the records, and the plans that have missed everything. */
const byRecords = (objectives: readonly Objective[]) => {
  const verdicts = new Map<string, Verdict>();
  const missedPlans = new Set<string>();
  for (const { instanceId, planId, state } of objectives) {
    if (instanceId !== undefined) verdicts.set(instanceId, worse(verdicts.get(instanceId), VERDICTS[state]));
    else if (state === 'missed') missedPlans.add(planId);
  }
  return { verdicts, missedPlans };
};

const instancesOf = async (
  scopes: TenantScopes,
  tenant: TenantHypervisor,
): Promise<{ readonly instances?: readonly ListedInstance[]; readonly problem?: string }> => {
  try {
    const scope = await scopes.open(tenant, SOURCE_IDENTITY, { to: 'look' });
    return { instances: (await scope.instances.list()).filter(({ state }) => !GONE.includes(state)) };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
};

const protectionOf = async (
  { catalog, scopes, sha256 }: ProtectionDeps,
  tenant: TenantHypervisor,
  now: number,
): Promise<TenantProtection> => {
  const { hypervisorId: tenantId, name } = tenant;
  const objectives = await objectivesOf({ catalog, sha256 }, tenant, now);
  const { verdicts, missedPlans } = byRecords(objectives);
  const { instances, problem } = await instancesOf(scopes, tenant);
  const unprotected: string[] = [];
  if (instances) {
    const groups = await groupsAtWork(catalog, tenantId);
    for (const instance of instances) {
      const { instanceId } = instance;
      const plans = groups.filter((group) => covers(group, instance)).map(({ planId = '' }) => planId);
      if (plans.some((planId) => missedPlans.has(planId))) verdicts.set(instanceId, 'late');
      else if (verdicts.has(instanceId)) continue;
      else if (plans.length > 0) verdicts.set(instanceId, 'waiting');
      else unprotected.push(instanceId);
    }
  }
  const those = (wanted: Verdict): string[] =>
    [...verdicts].filter(([, verdict]) => verdict === wanted).map(([instanceId]) => instanceId);
  const late = those('late');
  return {
    tenantId,
    name,
    protected: those('protected').length,
    late: late.length,
    ...(instances ? { waiting: those('waiting').length, unprotected: unprotected.length } : {}),
    lateIds: late.slice(0, MOST_NAMED),
    unprotectedIds: unprotected.slice(0, MOST_NAMED),
    ...(problem === undefined ? {} : { problem }),
  };
};

/**
 * Tenant after tenant, those that are not being removed: by the rule that health goes by, and what the account has
 * besides. An account that cannot be asked is told by its problem; the others are answered all the same. A page of
 * hypervisors has few tenants, or none, where the others are service hypervisors.
 */
export const createListProtection = (deps: ProtectionDeps) => async (page: PageRequest) => {
  const { items, next } = await deps.catalog.hypervisors.list(page);
  const now = deps.clock.now();
  const tenants = items.filter((each): each is TenantHypervisor => each.kind === 'tenant' && !each.removing);
  const found = await inParallel(tenants, TENANTS_AT_ONCE, (tenant) => protectionOf(deps, tenant, now));
  return { items: found, ...(next ? { next } : {}) };
};
