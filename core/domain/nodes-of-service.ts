import {
  type AutomaticNodes,
  INSTANCE_TYPE,
  MOST_NODES,
  nodeEnvironment,
  ORDERS_PER_NODE,
  serviceAccountNames,
} from './automatic-nodes.ts';
import { brokerNameFor } from './broker-name.ts';
import type { ServiceHypervisor } from './hypervisor.ts';
import type { VmGroup } from './vm-group.ts';

/** What nodes are told of the control plane, and launched from. */
export interface NodeSettings {
  readonly stage: string;
  /** Of the control plane, where queues and broker are. */
  readonly controlPlaneAccountId: string;
  readonly region: string;
  readonly brokerFunctionArn: string;
  readonly nodeImageId: string;
  /** `s3://bucket/key`; absent: the image has it. */
  readonly nodeSoftware?: string;
  /**
   * Of the control plane's account and region: where nodes there are launched, if their service hypervisor names no
   * subnets of its own; absent: in its default subnets.
   */
  readonly nodeSubnets?: readonly string[];
}

type Service = Pick<ServiceHypervisor, 'hypervisorId' | 'accountId' | 'region' | 'queues' | 'nodeSubnets'>;

export const isOwnAccount = (
  { controlPlaneAccountId }: Pick<NodeSettings, 'controlPlaneAccountId'>,
  { accountId }: Pick<ServiceHypervisor, 'accountId'>,
): boolean => accountId === controlPlaneAccountId;

/** The control plane's role that nodes of another account assume; derived, so that a template can name it. */
const nodeControlRoleArn = (settings: NodeSettings, service: Service): string | undefined =>
  isOwnAccount(settings, service)
    ? undefined
    : `arn:aws:iam::${settings.controlPlaneAccountId}:role/${serviceAccountNames(settings.stage, service.hypervisorId).nodeControlRoleName}`;

/** What nodes run as, in the service hypervisor's account. */
export const instanceProfileOf = (
  settings: Pick<NodeSettings, 'stage' | 'controlPlaneAccountId'>,
  service: Pick<Service, 'hypervisorId' | 'accountId'>,
): string => {
  const { nodeControlRoleName, nodeRoleName } = serviceAccountNames(settings.stage, service.hypervisorId);
  return isOwnAccount(settings, service) ? nodeControlRoleName : nodeRoleName;
};

/** Manual or automatic. No secrets. */
export const environmentOfNodes = (settings: NodeSettings, service: Service): Readonly<Record<string, string>> => {
  const nodeRoleArn = nodeControlRoleArn(settings, service);
  const { hypervisorId, queues } = service;
  const { region, brokerFunctionArn } = settings;
  return nodeEnvironment({
    hypervisorId,
    region,
    queues,
    brokerFunctionArn: brokerNameFor(brokerFunctionArn, hypervisorId),
    ...(nodeRoleArn === undefined ? {} : { nodeRoleArn }),
  });
};

/** The zones of the VM groups; none, if one of them may have its nodes in any. */
export const zonesOf = (groups: readonly Pick<VmGroup, 'zone'>[]): readonly string[] => {
  const zones = groups.map(({ zone }) => zone);
  return zones.every((zone) => zone !== undefined) ? [...new Set(zones)].sort() : [];
};

/** Automatic nodes come from the VM groups: without one there are none (O6). */
export const automaticNodesOf = (
  settings: NodeSettings,
  service: Service,
  groups: readonly Pick<VmGroup, 'zone'>[],
): AutomaticNodes => {
  const beside = isOwnAccount(settings, service) && service.region === settings.region;
  const subnets = service.nodeSubnets ?? (beside ? settings.nodeSubnets : undefined);
  return {
    zones: zonesOf(groups),
    queues: service.queues,
    environment: environmentOfNodes(settings, service),
    instanceType: INSTANCE_TYPE,
    imageId: settings.nodeImageId,
    instanceProfileName: instanceProfileOf(settings, service),
    most: groups.length === 0 ? 0 : MOST_NODES,
    ordersPerNode: ORDERS_PER_NODE,
    scaledBy: beside ? 'queues' : 'control-plane',
    ...(settings.nodeSoftware === undefined ? {} : { software: settings.nodeSoftware }),
    ...(subnets === undefined ? {} : { subnets }),
  };
};
