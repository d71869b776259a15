import type { Throttle } from '../domain/pacing.ts';

/** What AWS has throttled of late, for each account (its hypervisor), region and API. */
export interface Throttles {
  /** By API. Need not be the newest by some seconds. */
  of(hypervisorId: string, region: string): Promise<ReadonlyMap<string, Throttle>>;
  /** Notes it unless another has been noted since `before` was read. */
  note(
    hypervisorId: string,
    region: string,
    action: string,
    before: Throttle | undefined,
    now: Throttle,
  ): Promise<void>;
}
