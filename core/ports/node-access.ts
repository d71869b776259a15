/** What lets the nodes of a service hypervisor in, and no others: a role, and a name that the broker is called by. */
import type { HypervisorId } from '../contracts/ids.ts';

/** Roles of the control plane's account: one a service hypervisor. */
export interface NodeRoles {
  /**
   * The role for the hypervisor's two queues, its name of the broker, and task answers. In the control plane's account its
   * nodes run as it (`nodeRoleArn` absent), by an instance profile of the same name. Elsewhere they run as `nodeRoleArn`,
   * and that role alone may assume it, under the hypervisor's id as ExternalId; it need not exist yet.
   * Idempotent; answers the role's ARN.
   */
  ensureNodeRole(hypervisorId: HypervisorId, nodeRoleArn?: string): Promise<string>;
  /** Idempotent. */
  remove(hypervisorId: HypervisorId): Promise<void>;
}

/**
 * Names that the broker is called by, one a service hypervisor: a node may call it by its own hypervisor's name only, so
 * the broker knows whose node asks, whatever the request says.
 */
export interface BrokerNames {
  /** Idempotent. */
  ensure(hypervisorId: HypervisorId): Promise<void>;
  /** Idempotent. */
  remove(hypervisorId: HypervisorId): Promise<void>;
}
