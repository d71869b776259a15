/**
 * Reach into one tenant's account, for one job. It can only be made from a binding, and nothing in it takes an account:
 * who holds a scope cannot name another tenant's. Everything made through it is tagged at creation.
 *
 * Errors: TenantAccessLost (the role or key does not work, or lacks a permission, which the message names),
 * TransientFailure (throttled, timed out, AWS's side), others as noted.
 */
import type { HypervisorId } from '../contracts/ids.ts';
import type { SessionCredentials } from '../contracts/orders.ts';
import type { TenantHypervisor } from '../domain/hypervisor.ts';
import type { LaunchPlaces } from './launch-places.ts';
import type { Tags } from './tags.ts';
import type { TenantGuest } from './tenant-guest.ts';
import type { TenantImages } from './tenant-images.ts';
import type { TenantInstances } from './tenant-instances.ts';
import type { TenantSnapshots } from './tenant-snapshots.ts';
import type { TenantVolumes } from './tenant-volumes.ts';

export interface TenantScopes {
  /**
   * `sourceIdentity` (a job's id, mostly) goes on the session and into the tenant's trail. Errors: TenantAccessLost (also
   * where the access was revoked).
   */
  open(tenant: TenantHypervisor, sourceIdentity: string, access: TenantAccess): Promise<TenantScope>;
}

/**
 * What the session may do: `look` only describes; `survey` describes networks, key pairs and instance types too; `protect`
 * takes and removes snapshots and, with an instance, speaks to its guest through SSM; `retain` removes snapshots; `restore`
 * makes and launches; `replace` also changes instances of the tenant's own (in place, attach); `clean-up` removes what is
 * ours and puts back what was replaced.
 */
export interface TenantAccess {
  readonly to: 'look' | 'survey' | 'protect' | 'retain' | 'restore' | 'replace' | 'clean-up';
  /**
   * Of `replace` and `clean-up`: the one instance of the tenant's own that may be changed. Of `protect`: the one in whose
   * guest commands may be run; absent, in none.
   */
  readonly instanceId?: string;
  /** If not the hypervisor's own. */
  readonly region?: string;
  /** Ends what was begun: open as `clean-up` always is, though the access was revoked. */
  readonly closing?: true;
}

export interface TenantScope {
  readonly tenantId: HypervisorId;
  readonly instances: TenantInstances;
  readonly volumes: TenantVolumes;
  readonly snapshots: TenantSnapshots;
  readonly images: TenantImages;
  readonly guest: TenantGuest;
  /** Of a `survey`. Errors: TenantAccessLost (also where the account has not allowed just that), TransientFailure. */
  readonly places: LaunchPlaces;

  /**
   * Everything of the account and region that carries a tag of ours (`holdfast:job`, `holdfast:replaced-by`), page by page;
   * what is gone, or on its way, is left out. A list that cannot be read to its end says so, and the others go on. Whose it
   * is, the tags alone do not say: a tenant may have copied them.
   */
  ours(): AsyncIterable<OursPage>;
}

export interface OursPage {
  readonly things: readonly TaggedThing[];
  /** The list that this page ends could not be read further. */
  readonly failed?: { readonly list: string; readonly error: unknown };
}

export interface TaggedThing {
  readonly kind: 'instance' | 'volume' | 'image' | 'snapshot';
  readonly id: string;
  readonly tags: Tags;
  /** ms since 1970; of an instance when it was started last. */
  readonly createdAt: number;
  /** Of a volume. */
  readonly attachedTo?: string;
  /** Of a volume: it is on its way off the instance that it is attached to. */
  readonly isLeaving?: true;
  /** Of a snapshot, as EC2 says it: of one that was copied or written, an arbitrary one. */
  readonly sourceVolumeId?: string;
}

/** Credentials for one order, narrowed to exactly its snapshots, its tenant's prefix, its attempt's work area. */
export interface OrderSessions {
  /** `write`: StartSnapshot's blocks may be put and completed; else: listed and read. */
  tenant(
    tenant: TenantHypervisor,
    jobId: string,
    snapshotIds: readonly string[],
    mode: 'read' | 'write',
  ): Promise<SessionCredentials>;
  /**
   * `maintain`: under the role that may also delete; writers may not. `lock`: reads, and extends locks. `lockedUntil`: of a
   * writer to a library with a lock: until when (ms since 1970) it must lock all that it writes.
   */
  library(
    serviceId: HypervisorId,
    tenantId: HypervisorId,
    jobId: string,
    mode: 'read' | 'write' | 'maintain' | 'lock',
    lockedUntil?: number,
  ): Promise<SessionCredentials>;
  /** Reads what is the attempt's; writes only what begins with `results`: an order's own results. */
  workArea(jobId: string, attempt: number, results: string): Promise<SessionCredentials>;
}
