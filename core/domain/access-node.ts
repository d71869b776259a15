import type { HypervisorId, NodeId } from '../contracts/ids.ts';

/** An access node as it described itself when it registered, and what was last heard of it. */
export interface AccessNode {
  readonly nodeId: NodeId;
  readonly serviceId: HypervisorId;
  readonly name: string;
  /** `manual`: added by hand (O6); `automatic`: launched by the service hypervisor's Auto Scaling group. */
  readonly origin: 'manual' | 'automatic';
  /** An operator has added it (O6); a node's own word for what it is does not count for that. */
  readonly addedByHand?: boolean;
  readonly os?: 'linux' | 'windows';
  readonly osVersion?: string;
  /** Of the access node's software. */
  readonly version?: string;
  readonly zone?: string | undefined;
  /** EC2 instance that it runs on, where it does. */
  readonly ec2InstanceId?: string | undefined;
  /** Orders that it works on at a time, and how many it holds. */
  readonly slots?: number;
  readonly held?: number;
  /** Takes no more orders, and goes when it holds none. */
  readonly draining: boolean;
  /** Was told to drain, and has ended; its record stays until its instance is ended, too. */
  readonly left?: boolean;
  /** ms since 1970 */
  readonly addedAt: number;
  readonly registeredAt?: number;
  readonly heartbeatAt?: number;
}

export type AccessNodeStatus = 'expected' | 'online' | 'busy' | 'draining' | 'lost';

/** A node calls every 20 s; three calls missed, it is lost. */
export const NODE_LOST_AFTER_MS = 65_000;

export const accessNodeStatus = (node: AccessNode, now: number): AccessNodeStatus => {
  if (node.heartbeatAt === undefined) return 'expected';
  if (node.draining && node.left) return 'draining';
  if (now - node.heartbeatAt > NODE_LOST_AFTER_MS) return 'lost';
  if (node.draining) return 'draining';
  return node.slots !== undefined && (node.held ?? 0) >= node.slots ? 'busy' : 'online';
};

/** Launched by a group that the control plane sizes; those of Windows nodes operators size. */
export const comesByItself = ({ origin, addedByHand, os }: AccessNode): boolean =>
  origin === 'automatic' && !addedByHand && os !== 'windows';

/** Kept of one service hypervisor besides those that an operator has added: more say that they are there than can be. */
export const MOST_UNKNOWN_NODES = 200;
