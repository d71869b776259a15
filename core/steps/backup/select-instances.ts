import type { PlanId, VmGroupId } from '../../contracts/ids.ts';
import { InstanceNotFound } from '../../domain/errors.ts';
import type { TenantHypervisor } from '../../domain/hypervisor.ts';
import type { Job, JobInstance, JobTerms, Selection } from '../../domain/job.ts';
import type { VmGroup } from '../../domain/vm-group.ts';
import { type MatchedVolume, matchGroup } from '../../domain/vm-group-match.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { TenantScopes } from '../../ports/tenant-scope.ts';

interface Deps {
  readonly catalog: Catalog;
  readonly scopes: TenantScopes;
}

export type SelectedInstance = Pick<JobInstance, 'instanceId' | 'excludedVolumes' | 'planId'>;

/**
 * The instances that a job is for, at this moment: those named, and those that its VM groups and its plan's match. A
 * group's volume filters hold for an instance that is named as well; one that several groups match loses only the
 * volumes that all of them leave out. Errors: InstanceNotFound (nothing was named, and nothing matches).
 */
export const selectInstances = async (
  { catalog, scopes }: Deps,
  { jobId }: Pick<Job, 'jobId'>,
  tenant: TenantHypervisor,
  request: Selection & Pick<JobTerms, 'planId'>,
): Promise<readonly SelectedInstance[]> => {
  const groups = await groupsOf(catalog, tenant.hypervisorId, request);
  const matched = new Map<string, (readonly MatchedVolume[])[]>();
  const planOf = new Map<string, PlanId>();
  if (groups.length > 0) {
    const scope = await scopes.open(tenant, jobId, { to: 'look' });
    const instances = await scope.instances.list();
    const volumeIds = instances.flatMap(({ volumes }) => volumes.map(({ volumeId }) => volumeId));
    const described = volumeIds.length === 0 ? [] : await scope.volumes.describe([...new Set(volumeIds)]);
    const volumes = new Map(described.map((volume) => [volume.volumeId, volume]));
    for (const group of groups) {
      for (const { instance, volumes: ofInstance } of matchGroup(group, instances, volumes).instances) {
        matched.set(instance.instanceId, [...(matched.get(instance.instanceId) ?? []), ofInstance]);
        if (group.planId && !planOf.has(instance.instanceId)) planOf.set(instance.instanceId, group.planId);
      }
    }
  }
  const selected = new Set([...request.instanceIds, ...matched.keys()]);
  if (selected.size === 0) throw new InstanceNotFound(nothing(tenant, request, groups));
  return [...selected].map((instanceId) => {
    const excludedVolumes = leftOutByAll(matched.get(instanceId) ?? []);
    // Of a job that names no plan: the one that protects the group, so that its retention governs what is made.
    const planId = request.planId ?? planOf.get(instanceId);
    return { instanceId, ...(excludedVolumes.length > 0 ? { excludedVolumes } : {}), ...(planId ? { planId } : {}) };
  });
};

const groupsOf = async (
  catalog: Catalog,
  tenantId: string,
  { groupIds, planId }: Selection & Pick<JobTerms, 'planId'>,
): Promise<readonly VmGroup[]> => {
  const groups = new Map<VmGroupId, VmGroup>();
  for (const groupId of groupIds) {
    const group = await catalog.vmGroups.get(tenantId, groupId);
    // One that was removed since matches nothing.
    if (group) groups.set(groupId, group);
  }
  const ofPlan = planId === undefined ? [] : await catalog.vmGroups.ofPlan(tenantId, planId);
  for (const group of ofPlan) groups.set(group.groupId, group);
  return [...groups.values()];
};

const leftOutByAll = (byGroup: readonly (readonly MatchedVolume[])[]): { volumeId: string; rule: string }[] =>
  (byGroup[0] ?? []).flatMap(({ volumeId, excludedBy }) => {
    const everywhere = byGroup.every((volumes) =>
      volumes.some((volume) => volume.volumeId === volumeId && volume.excludedBy !== undefined),
    );
    return excludedBy !== undefined && everywhere ? [{ volumeId, rule: excludedBy }] : [];
  });

const nothing = (
  tenant: TenantHypervisor,
  { planId }: Pick<JobTerms, 'planId'>,
  groups: readonly VmGroup[],
): string => {
  if (groups.length > 0) {
    const names = groups.map(({ name }) => name).join(', ');
    return `no VM group of the job (${names}) matches an instance in the account and region of ${tenant.name}`;
  }
  return planId === undefined ? 'the VM groups of the job are gone' : `no VM group is protected by the plan ${planId}`;
};
