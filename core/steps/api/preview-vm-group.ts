import type { VmGroupId } from '../../contracts/ids.ts';
import type { VmGroupFields, VmGroupPreview } from '../../contracts/vm-groups.ts';
import type { TenantHypervisor } from '../../domain/hypervisor.ts';
import { groupPreviewView, MOST_PREVIEWED } from '../../domain/plan-views.ts';
import { matchGroup } from '../../domain/vm-group-match.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { TenantScopes } from '../../ports/tenant-scope.ts';
import { notFound } from './not-found.ts';

export interface PreviewDeps {
  readonly catalog: Pick<Catalog, 'vmGroups'>;
  readonly scopes: TenantScopes;
}

/** Goes on the session, into the tenant's trail. */
const SOURCE_IDENTITY = 'holdfast-preview';

/** What rules match in the tenant's account at this moment. Errors: TenantAccessLost, TransientFailure. */
export const createPreviewRules =
  ({ scopes }: Pick<PreviewDeps, 'scopes'>) =>
  async (tenant: TenantHypervisor, rules: Pick<VmGroupFields, 'match' | 'exclude'>): Promise<VmGroupPreview> => {
    const scope = await scopes.open(tenant, SOURCE_IDENTITY, { to: 'look' });
    const instances = await scope.instances.list();
    // only those that can be shown: an account may have many more
    const matched = matchGroup(
      { ...rules, exclude: { ...rules.exclude, volumes: [] } },
      instances,
      new Map(),
    ).instances;
    const volumeIds = matched
      .slice(0, MOST_PREVIEWED)
      .flatMap(({ instance }) => instance.volumes.map(({ volumeId }) => volumeId));
    const volumes = await scope.volumes.describe(volumeIds);
    return groupPreviewView(matchGroup(rules, instances, new Map(volumes.map((each) => [each.volumeId, each]))));
  };

/** Errors: NotFound, TenantAccessLost, TransientFailure. */
export const createPreviewVmGroup = (deps: PreviewDeps) => {
  const previewRules = createPreviewRules(deps);
  return async (tenant: TenantHypervisor, groupId: VmGroupId): Promise<VmGroupPreview> => {
    const group = await deps.catalog.vmGroups.get(tenant.hypervisorId, groupId);
    if (!group) throw notFound('VM group', 'groupId');
    return previewRules(tenant, group);
  };
};
