/** Which instances a tenant has: those of its account, and those that the records know. */
import type { HypervisorId, PlanId } from '../../contracts/ids.ts';
import type { TenantHypervisor } from '../../domain/hypervisor.ts';
import type { PlanNow } from '../../domain/protection.ts';
import type { VmGroup } from '../../domain/vm-group.ts';
import { matchGroup } from '../../domain/vm-group-match.ts';
import type { Catalog } from '../../ports/catalog.ts';
import { allItems } from '../../ports/every-item.ts';
import type { ListedInstance } from '../../ports/tenant-instances.ts';
import type { TenantScopes } from '../../ports/tenant-scope.ts';

export interface Candidate {
  readonly instanceId: string;
  /** Absent: it is not in the account, or the account cannot be asked. */
  readonly listed?: ListedInstance;
  /** Those whose rules match it at this moment. */
  readonly groups: readonly VmGroup[];
  /** That cover it: by those groups; of an account that cannot be asked, by what their jobs have found. */
  readonly plans: readonly PlanNow[];
  /** Where it stands in the list: what is in the account by name, then what is not. */
  readonly place: string;
}

/** Of a name, in a place: what is made of it has a limit. */
const NAME_CHARACTERS = 64;
const GONE = ['terminated', 'shutting-down'];

/** What is in the account; what is being terminated is not. Errors: TenantAccessLost, TransientFailure. */
export const listAccount = async (
  scopes: TenantScopes,
  tenant: TenantHypervisor,
  sourceIdentity: string,
): Promise<readonly ListedInstance[]> => {
  const scope = await scopes.open(tenant, sourceIdentity, { to: 'look' });
  return (await scope.instances.list()).filter(({ state }) => !GONE.includes(state));
};

const placeOf = (instanceId: string, listed: ListedInstance | undefined): string => {
  const name = [...(listed?.name ?? '').toLowerCase()].slice(0, NAME_CHARACTERS).join('').toWellFormed();
  return `${listed ? 0 : 1}${name}/${instanceId}`;
};

const groupsByInstance = (
  groups: readonly VmGroup[],
  instances: readonly ListedInstance[],
): ReadonlyMap<string, readonly VmGroup[]> => {
  const found = new Map<string, VmGroup[]>();
  for (const group of groups) {
    const { instances: matched } = matchGroup(group, instances, new Map());
    for (const { instance } of matched)
      found.set(instance.instanceId, [...(found.get(instance.instanceId) ?? []), group]);
  }
  return found;
};

const plansByJobs = (
  plans: ReadonlyMap<PlanId, PlanNow>,
): { readonly ids: readonly string[]; readonly of: (instanceId: string) => readonly PlanNow[] } => {
  const all = [...plans.values()];
  return {
    ids: all.flatMap(({ coverage }) => [...(coverage?.instanceIds ?? [])]),
    of: (instanceId) => all.filter(({ coverage }) => coverage?.instanceIds.has(instanceId)),
  };
};

/** In the order of their places. `instances`: of the account; undefined: it cannot be asked. */
export const instancesOfTenant = async (
  catalog: Pick<Catalog, 'vmGroups' | 'instances'>,
  tenantId: HypervisorId,
  instances: readonly ListedInstance[] | undefined,
  plans: ReadonlyMap<PlanId, PlanNow>,
): Promise<readonly Candidate[]> => {
  const groupsOf = groupsByInstance(await allItems((page) => catalog.vmGroups.list(tenantId, page)), instances ?? []);
  const byJobs = plansByJobs(instances ? new Map() : plans);
  const listed = new Map(instances?.map((each) => [each.instanceId, each]));
  const recorded = (await catalog.instances.list(tenantId)).filter(
    ({ committed, head, snapshotHead }) => (committed ?? head ?? snapshotHead) !== undefined,
  );
  const ids = new Set([...listed.keys(), ...recorded.map(({ instanceId }) => instanceId), ...byJobs.ids]);
  return [...ids]
    .map((instanceId): Candidate => {
      const instance = listed.get(instanceId);
      const groups = groupsOf.get(instanceId) ?? [];
      const planIds = new Set(groups.flatMap(({ planId }) => planId ?? []));
      return {
        ...{ instanceId, groups, place: placeOf(instanceId, instance) },
        plans: instances ? [...planIds].flatMap((planId) => plans.get(planId) ?? []) : byJobs.of(instanceId),
        ...(instance ? { listed: instance } : {}),
      };
    })
    .sort((a, b) => (a.place < b.place ? -1 : 1));
};
