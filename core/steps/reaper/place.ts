import type { HypervisorId } from '../../contracts/ids.ts';
import { derivedId } from '../../domain/derived-id.ts';
import { accountIn, CONTROL_PLANE, type Finding, recordsOf } from '../../domain/finding.ts';
import type { TenantHypervisor } from '../../domain/hypervisor.ts';
import type { Sha256 } from '../../ports/control.ts';
import type { EndToSweep } from '../../ports/sweeps.ts';

export type Place =
  | { readonly kind: 'control-plane' }
  | { readonly kind: 'records'; readonly tenant: TenantHypervisor }
  | { readonly kind: 'account'; readonly tenant: TenantHypervisor; readonly region: string };

/** What a look at a place has found. */
export interface Look {
  readonly findings: readonly Finding[];
  /** Everything was looked at: what was found before and is not among these is gone. */
  readonly complete: boolean;
  /** Of records: jobs past their grace that have left nothing open. */
  readonly swept?: readonly EndToSweep[];
  /** Of an account that was looked at to its end: the operations of which something stays. */
  readonly kept?: ReadonlySet<string | undefined>;
  /** Of an account: not complete for want of time alone. */
  readonly unfinished?: true;
}

export const placeName = (place: Place): string => {
  switch (place.kind) {
    case 'control-plane':
      return CONTROL_PLANE;
    case 'records':
      return recordsOf(place.tenant.hypervisorId);
    case 'account':
      return accountIn(place.tenant.hypervisorId, place.region);
  }
};

const tenantOf = (place: Place): { tenantId?: HypervisorId; region?: string } => {
  if (place.kind === 'control-plane') return {};
  const tenantId = place.tenant.hypervisorId;
  return place.kind === 'account' ? { tenantId, region: place.region } : { tenantId };
};

export type Found = Omit<Finding, 'findingId' | 'place' | 'tenantId' | 'region'>;

export const findingAt =
  (sha256: Sha256, place: Place) =>
  (found: Found): Finding => ({
    ...found,
    ...tenantOf(place),
    place: placeName(place),
    findingId: derivedId(sha256, 'find', placeName(place), found.kind, found.subject),
  });

export const inWords = (error: unknown): string =>
  (error instanceof Error ? `${error.name}: ${error.message}` : String(error)).slice(0, 1_000);
