/** What the control plane keeps in a service hypervisor's account: what launches access nodes there, and what lets them in. */
import type { AutomaticNodes } from '../domain/automatic-nodes.ts';
import type { ServiceHypervisor } from '../domain/hypervisor.ts';

/** As a record has it, or is about to: it need not be in the catalog yet. */
export type ServiceReach = Pick<ServiceHypervisor, 'hypervisorId' | 'accountId' | 'region' | 'auth'>;

export interface ServiceAccounts {
  /** By any of the three ways in (A1). Errors: CredentialsRejected, TransientFailure. */
  open(hypervisor: ServiceReach): Promise<ServiceAccount>;
}

/** Every call may throw CredentialsRejected (which names the action that is not allowed) and TransientFailure. */
export interface ServiceAccount {
  /**
   * Makes the launch template, the Auto Scaling group and, if `scaledBy` says so, its scaling policy, or brings what is
   * there up to date; running nodes stay as they are. Idempotent. Errors: InvalidRequest (a zone without a subnet).
   */
  ensureAutoScaling(nodes: AutomaticNodes): Promise<NonNullable<ServiceHypervisor['automaticNodes']>>;
  /** Undefined if there is no such group, or it is being deleted. */
  describeAutoScaling(autoScalingGroupName: string): Promise<AutoScalingState | undefined>;
  /**
   * Where nodes are launched from now on; none: any zone of the region. `among`: only in these subnets; absent: in the
   * account's default ones. Errors: InvalidRequest, NotFound.
   */
  setZones(autoScalingGroupName: string, zones: readonly string[], among?: readonly string[]): Promise<void>;
  /** How many nodes there shall be, within the group's bounds. Errors: NotFound. */
  setDesired(autoScalingGroupName: string, nodes: number): Promise<void>;
  /**
   * Ends an instance of the group, which then wants one less; one that is gone, or goes, is no error.
   * Errors: TransientFailure (another change of the group is under way).
   */
  endNode(autoScalingGroupName: string, instanceId: string): Promise<void>;
  /** Whether nodes find one to run as, in an account whose owner makes it by template. */
  hasInstanceProfile(name: string): Promise<boolean>;
  /** Takes the nodes down and removes group and launch template. Idempotent. */
  removeAutoScaling(made: NonNullable<ServiceHypervisor['automaticNodes']>): Promise<void>;
}

export interface AutoScalingState {
  readonly zones: readonly string[];
  readonly desired: number;
  readonly inService: number;
  readonly most: number;
  /** `ending`: no longer wanted, and on its way out. */
  readonly instances: readonly { readonly instanceId: string; readonly ending: boolean }[];
  /** Why the nodes that are wanted do not come: the newest launch that failed, in AWS's words. */
  readonly problem?: string;
}

/** How many orders wait in a queue or are held by a node; approximate, as SQS says. */
export interface QueueDepths {
  /** Of a queue that is gone: none. Errors: TransientFailure. */
  depth(url: string): Promise<number>;
}

/** Buckets that libraries are, or are to be, in; in whatever account. */
export interface LibraryBuckets {
  /** Whether what is written there can be locked. Errors: TransientFailure. */
  objectLock(bucket: string, region: string): Promise<'enabled' | 'none' | 'denied' | 'absent'>;
}
