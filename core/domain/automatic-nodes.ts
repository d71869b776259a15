/** Access nodes that come when there is work and go when there is none: what they are called, and how many there are. */
import type { HypervisorId } from '../contracts/ids.ts';
import type { ServiceHypervisor } from './hypervisor.ts';

export interface AutomaticNodes {
  /** Availability zones; none: any zone of the region. */
  readonly zones: readonly string[];
  /** Their ids: of these, those in the zones; absent: the account's default subnets. */
  readonly subnets?: readonly string[];
  readonly queues: ServiceHypervisor['queues'];
  /** Settings of the node's process (HOLDFAST_…, AWS_REGION); no secrets: instances can read them. */
  readonly environment: Readonly<Record<string, string>>;
  readonly instanceType: string;
  /** An AMI, or `resolve:ssm:` and a parameter that names one. */
  readonly imageId: string;
  readonly instanceProfileName: string;
  /** Nodes at a time, at most. */
  readonly most: number;
  /** Orders in the queues and in hand, for each of which so many a node is wanted. */
  readonly ordersPerNode: number;
  /**
   * `queues`: a target tracking policy on the queues' metrics. Only where they are: in the control plane's account and
   * region. CloudWatch gives a policy no metrics of another account, and none of another region. `control-plane`: it
   * sets the desired capacity itself (wantedNodes), through the way in that it has.
   */
  readonly scaledBy: 'queues' | 'control-plane';
  /** `s3://bucket/key` of the node's software (a .tar.gz with `bin/access-node`); absent: the image has it. */
  readonly software?: string;
}

/** Amazon's newest image for Graviton; Auto Scaling looks the parameter up at each launch. */
export const LATEST_IMAGE = 'resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64';
export const INSTANCE_TYPE = 'c7g.xlarge';
export const MOST_NODES = 10;
/** A node of four cores works on four at a time. */
export const ORDERS_PER_NODE = 4;

/** On everything that a service hypervisor's nodes are made of and run on: its id. */
export const ACCESS_NODE_TAG = 'holdfast:access-node';

/** The id's random end: role names have no more than 64 characters. */
const short = (hypervisorId: HypervisorId): string => hypervisorId.replace(/[^a-z0-9]/g, '').slice(-12);

/** In its account and in the control plane's; both sides derive them, so that either can be made first. */
export const serviceAccountNames = (stage: string, hypervisorId: HypervisorId) => {
  const name = `holdfast-${stage}`;
  return {
    autoScalingGroupName: `${name}-nodes-${hypervisorId}`,
    launchTemplateName: `${name}-nodes-${hypervisorId}`,
    /** Instance profile and role of the nodes, in the service hypervisor's account if that is not the control plane's. */
    nodeRoleName: `${name}-remote-node-${short(hypervisorId)}`,
    /**
     * The control plane's role that these assume; in the control plane's own account nodes run as it, by an instance
     * profile of its name.
     */
    nodeControlRoleName: `${name}-node-${short(hypervisorId)}`,
  };
};

/** Nodes that take no more orders, and what they still hold: they are there, and are no help. */
export interface DrainingNodes {
  readonly nodes: number;
  readonly held: number;
}

/**
 * As many as the orders ask for besides those that drain, and never fewer than there are as long as there is an order, because Auto Scaling picks itself which
 * node goes, and it might be a busy one; none when there is nothing left to do.
 */
export const wantedNodes = (
  orders: number,
  {
    desired,
    most,
    ordersPerNode,
    draining: { nodes, held } = { nodes: 0, held: 0 },
  }: {
    readonly desired: number;
    readonly most: number;
    readonly ordersPerNode: number;
    readonly draining?: DrainingNodes;
  },
): number =>
  orders === 0 ? 0 : Math.min(most, Math.max(desired, nodes + Math.ceil(Math.max(0, orders - held) / ordersPerNode)));

/** What a node's process is told; `nodeRoleArn` (ensureNodeRole) where it runs in another account than the control plane. */
export const nodeEnvironment = (settings: {
  readonly hypervisorId: HypervisorId;
  /** Of the control plane. */
  readonly region: string;
  readonly queues: ServiceHypervisor['queues'];
  /** With the hypervisor's own alias (brokerNameFor). */
  readonly brokerFunctionArn: string;
  readonly nodeRoleArn?: string;
}): Readonly<Record<string, string>> => ({
  AWS_REGION: settings.region,
  HOLDFAST_SERVICE_ID: settings.hypervisorId,
  HOLDFAST_QUEUES: `${settings.queues.restores},${settings.queues.work}`,
  HOLDFAST_BROKER_FUNCTION: settings.brokerFunctionArn,
  ...(settings.nodeRoleArn === undefined ? {} : { HOLDFAST_NODE_ROLE_ARN: settings.nodeRoleArn }),
});
