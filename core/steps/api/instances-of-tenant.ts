/** Which instances a tenant has: those of its account, and those that there are recovery points of. */
import { TenantAccessLost } from '../../domain/errors.ts';
import type { TenantHypervisor } from '../../domain/hypervisor.ts';
import type { VmGroup } from '../../domain/vm-group.ts';
import { matchGroup } from '../../domain/vm-group-match.ts';
import type { Catalog } from '../../ports/catalog.ts';
import { allItems } from '../../ports/every-item.ts';
import type { ListedInstance, TenantScopes } from '../../ports/tenant-scope.ts';

interface Deps {
  readonly catalog: Pick<Catalog, 'vmGroups' | 'instances'>;
  readonly scopes: TenantScopes;
}

export interface Candidate {
  readonly instanceId: string;
  /** Absent: it is not in the account, or the account cannot be asked. */
  readonly listed?: ListedInstance;
  /** Those whose rules match it at this moment. */
  readonly groups: readonly VmGroup[];
  /** Where it stands in the list: what is in the account by name, then what is not. */
  readonly place: string;
}

export interface InstancesOfTenant {
  /** In the order of their places. */
  readonly candidates: readonly Candidate[];
  /** Why the account could not be asked. */
  readonly lost?: TenantAccessLost;
}

/** Goes on the session, into the tenant's trail. */
const SOURCE_IDENTITY = 'holdfast-instances';
/** Of a name, in a place: what is made of it has a limit. */
const NAME_CHARACTERS = 64;

/** A way in that is closed is an answer here: recovery points are there all the same. */
const lookAt = async (scopes: TenantScopes, tenant: TenantHypervisor) => {
  try {
    const scope = await scopes.open(tenant, SOURCE_IDENTITY, { to: 'look' });
    return { instances: await scope.instances.list() };
  } catch (error) {
    if (error instanceof TenantAccessLost) return { instances: [], lost: error };
    throw error;
  }
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

/** The account is asked once. Errors: TransientFailure. */
export const instancesOfTenant = async (
  { catalog, scopes }: Deps,
  tenant: TenantHypervisor,
): Promise<InstancesOfTenant> => {
  const { hypervisorId: tenantId } = tenant;
  const { instances, lost } = await lookAt(scopes, tenant);
  const groups = groupsByInstance(await allItems((page) => catalog.vmGroups.list(tenantId, page)), instances);
  const listed = new Map(instances.map((each) => [each.instanceId, each]));
  const recorded = (await catalog.instances.list(tenantId)).filter(
    ({ committed, head, snapshotHead }) => (committed ?? head ?? snapshotHead) !== undefined,
  );
  const ids = new Set([...listed.keys(), ...recorded.map(({ instanceId }) => instanceId)]);
  const candidates = [...ids]
    .map((instanceId): Candidate => {
      const instance = listed.get(instanceId);
      const place = placeOf(instanceId, instance);
      return { instanceId, place, groups: groups.get(instanceId) ?? [], ...(instance ? { listed: instance } : {}) };
    })
    .sort((a, b) => (a.place < b.place ? -1 : 1));
  return { candidates, ...(lost ? { lost } : {}) };
};
