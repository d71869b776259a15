import type { HypervisorView } from '../../contracts/api.ts';
import type { HypervisorId } from '../../contracts/ids.ts';
import { serviceAccountNames } from '../../domain/automatic-nodes.ts';
import { Conflict } from '../../domain/errors.ts';
import type { ServiceHypervisor } from '../../domain/hypervisor.ts';
import { automaticNodesOf, isOwnAccount, zonesOf } from '../../domain/nodes-of-service.ts';
import { hypervisorView } from '../../domain/views.ts';
import type { Catalog } from '../../ports/catalog.ts';
import { createOpenService } from './get-hypervisor.ts';
import { groupsOf, type PlaceNodesDeps } from './place-nodes.ts';
import { letNodesIn, type PrepareServiceDeps } from './prepare-service.ts';
import { refuseWhileRemoved } from './service-readiness.ts';

interface Deps extends PlaceNodesDeps, Pick<PrepareServiceDeps, 'nodeRoles' | 'brokerNames'> {
  readonly catalog: Pick<Catalog, 'hypervisors' | 'vmGroups'>;
}

/**
 * Looks for what a service hypervisor needs in its account. In the deployment's own, what is missing is made again; in
 * another, it is named: its template makes it. With everything there the service hypervisor is ready.
 * Errors: NotFound, Conflict (something is missing, or it is being removed), CredentialsRejected, TransientFailure.
 */
export const createCheckHypervisor = (deps: Deps) => {
  const { catalog, serviceAccounts, settings } = deps;
  const openService = createOpenService({ catalog });

  const missing = ({ hypervisorId, accountId, region }: ServiceHypervisor, what: string): Conflict =>
    new Conflict(`Not found in the account ${accountId}, region ${region}: ${what}.`, {
      remedy: `Deploy the template there (holdfast hypervisor template ${hypervisorId}), and check again.`,
    });

  const findThere = async (service: ServiceHypervisor): Promise<ServiceHypervisor['automaticNodes']> => {
    const { autoScalingGroupName, launchTemplateName, nodeRoleName } = serviceAccountNames(
      settings.stage,
      service.hypervisorId,
    );
    const account = await serviceAccounts.open(service);
    if (!(await account.hasInstanceProfile(nodeRoleName)))
      throw missing(service, `the instance profile ${nodeRoleName}`);
    if (service.accessNodes === 'manual') return undefined;
    if (!(await account.describeAutoScaling(autoScalingGroupName)))
      throw missing(service, `the Auto Scaling group ${autoScalingGroupName}`);
    const groups = await groupsOf(catalog.vmGroups, service);
    if (groups.length > 0) await account.setZones(autoScalingGroupName, zonesOf(groups), service.nodeSubnets);
    return { autoScalingGroupName, launchTemplateName };
  };

  const makeHere = async (service: ServiceHypervisor): Promise<ServiceHypervisor['automaticNodes']> => {
    if (service.accessNodes === 'manual') return undefined;
    const account = await serviceAccounts.open(service);
    return account.ensureAutoScaling(automaticNodesOf(settings, service, await groupsOf(catalog.vmGroups, service)));
  };

  /** It was removed while this went on: what has been made again goes again. */
  const refuseAfterRemoval = async (
    service: ServiceHypervisor,
    automaticNodes: ServiceHypervisor['automaticNodes'],
  ): Promise<never> => {
    if (automaticNodes && isOwnAccount(settings, service))
      await (await serviceAccounts.open(service)).removeAutoScaling(automaticNodes);
    if (!(await catalog.hypervisors.get(service.hypervisorId))) {
      await deps.nodeRoles.remove(service.hypervisorId);
      await deps.brokerNames.remove(service.hypervisorId);
    }
    const there = await openService(service.hypervisorId);
    throw new Conflict(`The service hypervisor ${there.hypervisorId} is ${there.state}.`, {
      remedy: 'Look at it again: it was changed while it was checked.',
    });
  };

  return async (hypervisorId: HypervisorId): Promise<HypervisorView> => {
    const service = await openService(hypervisorId);
    refuseWhileRemoved(service);
    await letNodesIn(deps, service);
    const automaticNodes = await (isOwnAccount(settings, service) ? makeHere(service) : findThere(service));
    const change = { state: 'ready', ...(automaticNodes ? { automaticNodes } : {}) } as const;
    if (!(await catalog.hypervisors.updateService(hypervisorId, change, ['preparing', 'ready'])))
      await refuseAfterRemoval(service, automaticNodes);
    return hypervisorView({ ...service, ...change });
  };
};
