import type { HypervisorId } from '../contracts/ids.ts';
import type { LibraryRef } from '../contracts/orders.ts';
import type { LockMode } from './library-lock.ts';

/** How the control plane becomes somebody in the hypervisor's account. Secrets are in Secrets Manager, never here. */
export type HypervisorAuth =
  | { readonly method: 'iam-role' }
  | { readonly method: 'assume-role'; readonly roleArn: string; readonly externalId: string }
  | {
      readonly method: 'access-key';
      readonly accessKeyId: string;
      readonly secretArn: string;
      /** Whose key it is: whoever typed it in can be this user. */
      readonly userArn?: string;
    };

export type AccessKeyAuth = Extract<HypervisorAuth, { readonly method: 'access-key' }>;

interface HypervisorBase {
  readonly hypervisorId: HypervisorId;
  readonly name: string;
  readonly accountId: string;
  readonly region: string;
  readonly auth: HypervisorAuth;
  /** ms since 1970 */
  readonly createdAt: number;
  /** Hash of the request that made it, where it came with an idempotency key. */
  readonly requestHash?: string;
}

export interface ServiceHypervisor extends HypervisorBase {
  readonly kind: 'service';
  readonly accessNodes: 'manual' | 'automatic';
  /** Their ids: where automatic nodes are launched, instead of the default subnets. */
  readonly nodeSubnets?: readonly string[];
  /** The MediaAgent: a library and what opens it. Tenants' parts are below `prefix`/`path`, one folder each. */
  readonly mediaAgent: {
    readonly libraryId: string;
    readonly library: LibraryRef;
    readonly kmsKeyArn: string;
    readonly recoveryPublicKey: string;
    /** Opens the library's bucket and key; assumed with a policy for one tenant's prefix. */
    readonly roleArn: string;
    /** As `roleArn`, and may delete: for repair and prune. Absent: the library can be checked only. */
    readonly maintenanceRoleArn?: string;
    /** What is written there is kept from everybody until its retention is over; set once, never taken back. */
    readonly lock?: LockMode;
  };
  /**
   * `preparing`: in another account, until what its template makes is found there; nobody can be bound to it yet.
   * `removing`: it is being taken apart, and nobody can be bound to it any more.
   */
  readonly state: 'ready' | 'preparing' | 'removing';
  /** Of automatic nodes: what launches them. */
  readonly automaticNodes?: { readonly autoScalingGroupName: string; readonly launchTemplateName: string };
  /** The control-plane role that its nodes assume to take orders, where they run in another account. */
  readonly nodeControlRoleArn?: string;
  /** Restores are served first; `work` takes everything else. */
  readonly queues: { readonly restores: string; readonly work: string };
}

export interface Revocation {
  /** ms since 1970 */
  readonly at: number;
  /** ARN of the operator who asked. */
  readonly by: string;
  readonly reason?: string;
  /** Counts how often it was asked for: what gives access back gives back after the one that it has seen. */
  readonly revision: number;
}

export interface TenantHypervisor extends HypervisorBase {
  readonly kind: 'tenant';
  /** "Use service account resources". */
  readonly binding?: { readonly serviceId: HypervisorId; readonly boundAt: number };
  /** What takes protection away waits for a second person. Absent: one person is enough. */
  readonly approvals?: 'two-person';
  /** It is being removed: nothing is begun for it any more. */
  readonly removing?: true;
  /** Its account is reached for nothing any more but to remove what cancelled jobs left there; see refuseRevoked. */
  readonly revoked?: Revocation;
}

export type Hypervisor = ServiceHypervisor | TenantHypervisor;
