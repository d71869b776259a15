import type { HypervisorId } from '../contracts/ids.ts';
import type { Share } from '../domain/quota.ts';

/** What orders were given of a tenant account's quota of EBS direct calls. Of all methods: see `Catalog`. */
export interface Quotas {
  /**
   * Replaces the shares by what `decide` makes of them, as one step: it is called again where others came between.
   * Throws TransientFailure where that goes on for too long.
   */
  change<T>(
    tenantId: HypervisorId,
    call: 'get' | 'put',
    decide: (shares: readonly Share[]) => { readonly shares: readonly Share[]; readonly answer: T },
  ): Promise<T>;
}
