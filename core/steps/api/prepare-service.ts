import type { HypervisorId } from '../../contracts/ids.ts';
import { serviceAccountNames } from '../../domain/automatic-nodes.ts';
import type { ServiceHypervisor } from '../../domain/hypervisor.ts';
import { automaticNodesOf, isOwnAccount, type NodeSettings } from '../../domain/nodes-of-service.ts';
import type { Queues } from '../../ports/control.ts';
import type { BrokerNames, NodeRoles } from '../../ports/node-access.ts';
import type { ServiceAccounts } from '../../ports/service-account.ts';
import type { About } from './undo-list.ts';

export interface PrepareServiceDeps {
  readonly queues: Queues;
  readonly serviceAccounts: ServiceAccounts;
  readonly nodeRoles: NodeRoles;
  readonly brokerNames: BrokerNames;
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

type Placed = Pick<ServiceHypervisor, 'hypervisorId' | 'accountId'>;

/** What lets the hypervisor's nodes in, and no others. Answers the role's ARN. Idempotent. Errors: TransientFailure. */
export const letNodesIn = async (
  { nodeRoles, brokerNames, settings }: Pick<PrepareServiceDeps, 'nodeRoles' | 'brokerNames' | 'settings'>,
  service: Placed,
): Promise<string> => {
  const { hypervisorId, accountId } = service;
  await brokerNames.ensure(hypervisorId);
  if (isOwnAccount(settings, service)) return nodeRoles.ensureNodeRole(hypervisorId);
  const { nodeRoleName } = serviceAccountNames(settings.stage, hypervisorId);
  return nodeRoles.ensureNodeRole(hypervisorId, `arn:aws:iam::${accountId}:role/${nodeRoleName}`);
};

/**
 * Makes what a service hypervisor has besides its record: queues, a role for its nodes, and in the deployment's own account what
 * launches automatic ones. In another account that is its owner's to make, by template; nodes there assume the role. Errors: CredentialsRejected, TransientFailure.
 */
export const prepareService = async (
  deps: PrepareServiceDeps,
  fresh: Fresh,
  about: About,
  /** Right before the Auto Scaling group is made. */
  beforeGroup: () => Promise<void>,
): Promise<ServiceHypervisor> => {
  const { nodeRoles, brokerNames, serviceAccounts, settings } = deps;
  const { hypervisorId, accessNodes } = fresh;
  const service = { ...fresh, queues: await makeQueues(deps, hypervisorId, about) };
  const names = serviceAccountNames(settings.stage, hypervisorId);
  about(`the broker's name ${hypervisorId}`, () => brokerNames.remove(hypervisorId));
  about(`the role ${names.nodeControlRoleName}`, () => nodeRoles.remove(hypervisorId));
  const nodeControlRoleArn = await letNodesIn(deps, service);
  if (!isOwnAccount(settings, service)) return { ...service, state: 'preparing', nodeControlRoleArn };
  if (accessNodes === 'manual') return { ...service, state: 'ready' };
  const account = await serviceAccounts.open(service);
  await beforeGroup();
  about(`the Auto Scaling group ${names.autoScalingGroupName}`, () => account.removeAutoScaling(names));
  const automaticNodes = await account.ensureAutoScaling(automaticNodesOf(settings, service, []));
  return { ...service, state: 'ready', automaticNodes };
};
