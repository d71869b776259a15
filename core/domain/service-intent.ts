import type { ServiceReach } from '../ports/service-account.ts';

/**
 * What is about to be made for a hypervisor whose record is written last: queues, roles, secrets. Recorded first, so that
 * whoever dies in between leaves nothing that nobody knows of. Gone once the hypervisor is there, or all of it is undone.
 */
export interface ServiceIntent extends ServiceReach {
  readonly kind: 'tenant' | 'service';
  /** ms since 1970 */
  readonly at: number;
  /** `undoing`: it is being removed, and nothing may be made for it meanwhile. */
  readonly state: 'intended' | 'undoing';
  /** Of one that is being undone: counts whoever took it, and each time that they went on. */
  readonly round?: number;
  /** Until then, ms since 1970, nobody else takes it over. */
  readonly heldUntil?: number;
  /** Of an account that is reached by an access key: the name of its secret. */
  readonly secret?: string;
  /** An Auto Scaling group is made, or about to be. */
  readonly autoScaling?: true;
}
