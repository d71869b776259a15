import type { HypervisorId } from '../../contracts/ids.ts';
import { serviceAccountNames } from '../../domain/automatic-nodes.ts';
import type { ServiceHypervisor } from '../../domain/hypervisor.ts';
import { automaticNodesOf, isOwnAccount, type NodeSettings } from '../../domain/nodes-of-service.ts';
import type { Queues } from '../../ports/control.ts';
import type { NodeRoles, ServiceAccounts } from '../../ports/service-account.ts';
import type { About } from './undo-list.ts';

export interface PrepareServiceDeps {
  readonly queues: Queues;
  readonly serviceAccounts: ServiceAccounts;
  readonly nodeRoles: NodeRoles;
  readonly settings: NodeSettings;
}

type Fresh = Omit<ServiceHypervisor, 'state' | 'automaticNodes' | 'nodeControlRoleArn' | 'queues'>;

/** Found by their names if they are there: asked again, it makes the same. */
const makeQueues = async (
  { queues, settings }: PrepareServiceDeps,
  hypervisorId: HypervisorId,
  about: About,
): Promise<ServiceHypervisor['queues']> => {
  const one = (end: string): Promise<string> => {
    const name = `holdfast-${settings.stage}-${hypervisorId}-${end}`;
    about(`the queue ${name}`, async () => queues.remove(await queues.ensure(name)));
    return queues.ensure(name);
  };
  return { restores: await one('restores'), work: await one('work') };
};

/**
 * Makes what a service hypervisor has besides its record: queues, and in the deployment's own account what launches
 * automatic nodes. In another account that is its owner's to make, by template; here is then the role that nodes there
 * assume. Errors: CredentialsRejected, TransientFailure.
 */
export const prepareService = async (
  deps: PrepareServiceDeps,
  fresh: Fresh,
  about: About,
): Promise<ServiceHypervisor> => {
  const { nodeRoles, serviceAccounts, settings } = deps;
  const { hypervisorId, accountId, accessNodes } = fresh;
  const service = { ...fresh, queues: await makeQueues(deps, hypervisorId, about) };
  const names = serviceAccountNames(settings.stage, hypervisorId);
  if (!isOwnAccount(settings, service)) {
    about(`the role ${names.nodeControlRoleName}`, () => nodeRoles.remove(hypervisorId));
    const nodeRole = `arn:aws:iam::${accountId}:role/${names.nodeRoleName}`;
    const nodeControlRoleArn = await nodeRoles.ensureNodeRole(hypervisorId, nodeRole, service.queues);
    return { ...service, state: 'preparing', nodeControlRoleArn };
  }
  if (accessNodes === 'manual') return { ...service, state: 'ready' };
  const account = await serviceAccounts.open(service);
  about(`the Auto Scaling group ${names.autoScalingGroupName}`, () => account.removeAutoScaling(names));
  const automaticNodes = await account.ensureAutoScaling(automaticNodesOf(settings, service, []));
  return { ...service, state: 'ready', automaticNodes };
};
