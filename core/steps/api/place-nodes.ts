import { serviceAccountNames } from '../../domain/automatic-nodes.ts';
import type { ServiceHypervisor } from '../../domain/hypervisor.ts';
import { automaticNodesOf, isOwnAccount, type NodeSettings, zonesOf } from '../../domain/nodes-of-service.ts';
import type { VmGroup } from '../../domain/vm-group.ts';
import type { Catalog } from '../../ports/catalog.ts';
import { everyItem } from '../../ports/every-item.ts';
import type { ServiceAccounts } from '../../ports/service-account.ts';

export interface PlaceNodesDeps {
  readonly catalog: Pick<Catalog, 'vmGroups'>;
  readonly serviceAccounts: ServiceAccounts;
  readonly settings: NodeSettings;
}

export const groupsOf = async (
  vmGroups: Pick<Catalog['vmGroups'], 'list'>,
  { hypervisorId }: Pick<ServiceHypervisor, 'hypervisorId'>,
): Promise<readonly VmGroup[]> => {
  const groups: VmGroup[] = [];
  for await (const group of everyItem((page) => vmGroups.list(hypervisorId, page))) groups.push(group);
  return groups;
};

/**
 * Automatic nodes are launched where the service hypervisor's VM groups say. In the deployment's own account the group
 * is made anew as it should be; in another account, where a template made it, only its zones follow (and without VM
 * groups nothing is launched: size-nodes.ts). One that is not found yet has nothing to be placed.
 * Errors: InvalidRequest (a zone where no node can be), CredentialsRejected, TransientFailure.
 */
export const createPlaceNodes =
  ({ serviceAccounts, settings }: Pick<PlaceNodesDeps, 'serviceAccounts' | 'settings'>) =>
  async (service: ServiceHypervisor, groups: readonly Pick<VmGroup, 'zone'>[]): Promise<void> => {
    if (service.accessNodes === 'manual') return;
    if (isOwnAccount(settings, service)) {
      const account = await serviceAccounts.open(service);
      await account.ensureAutoScaling(automaticNodesOf(settings, service, groups));
      return;
    }
    if (service.state === 'preparing' || groups.length === 0) return;
    const { autoScalingGroupName } = serviceAccountNames(settings.stage, service.hypervisorId);
    const account = await serviceAccounts.open(service);
    await account.setZones(autoScalingGroupName, zonesOf(groups), service.nodeSubnets);
  };
