import type { HypervisorId, NodeId } from '../contracts/ids.ts';
import type { AccessNode } from '../domain/access-node.ts';

/** Access nodes, each under its service hypervisor. Of all methods: see `Catalog`. */
export interface AccessNodes {
  /** Makes or replaces the record of a node that was not there, or describes one anew; what is not in `node` stays. */
  register(node: AccessNode): Promise<void>;
  get(serviceId: HypervisorId, nodeId: NodeId): Promise<AccessNode | undefined>;
  list(serviceId: HypervisorId): Promise<readonly AccessNode[]>;
  /** Notes what it holds; the record as it is then, or undefined if it was removed. */
  heartbeat(serviceId: HypervisorId, nodeId: NodeId, held: number, now: number): Promise<AccessNode | undefined>;
  setDraining(serviceId: HypervisorId, nodeId: NodeId, draining: boolean): Promise<boolean>;
  /** Notes that one that drained has ended, and holds nothing; of one that was removed: nothing. */
  leave(serviceId: HypervisorId, nodeId: NodeId): Promise<void>;
  remove(serviceId: HypervisorId, nodeId: NodeId): Promise<void>;
}
