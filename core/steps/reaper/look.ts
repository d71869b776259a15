import { CONTROL_PLANE, type Finding } from '../../domain/finding.ts';
import type { Hypervisor, TenantHypervisor } from '../../domain/hypervisor.ts';
import { allItems } from '../../ports/every-item.ts';
import type { LastLook } from '../../ports/sweeps.ts';
import { openLedger, type TenantLedger } from './ledger.ts';
import { lookAtAccount } from './look-at-account.ts';
import { lookAtRecords, regionsOf } from './look-at-records.ts';
import { lookAtService } from './look-at-service.ts';
import { findingAt, inWords, type Look, type Place, placeName } from './place.ts';
import type { ReaperDeps } from './reaper-deps.ts';

/** What a sweep takes in one turn: the service side, or a tenant with its records and all its accounts' regions. */
export type Turn = { readonly name: string; readonly tenant?: TenantHypervisor };

/** In order of their names; the service side first. */
export const turnsOf = async (
  { catalog }: Pick<ReaperDeps, 'catalog'>,
  tenantId?: string,
): Promise<readonly Turn[]> => {
  const hypervisors = await allItems((page) => catalog.hypervisors.list(page));
  const tenants = hypervisors
    .filter((each: Hypervisor) => each.kind === 'tenant')
    .filter(({ hypervisorId }) => tenantId === undefined || hypervisorId === tenantId)
    .map((tenant) => ({ name: tenant.hypervisorId, tenant }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  return tenantId === undefined ? [{ name: CONTROL_PLANE }, ...tenants] : tenants;
};

/** After each place, what was found there. */
export type Each = (place: Place, look: Look) => Promise<void>;

/**
 * Looks at every place of a turn, one after the other. A place that cannot be looked at is a finding by itself, and does not
 * stop the others. Answers what to remember of a tenant, if its records could be read.
 */
export const lookAt = async (
  deps: ReaperDeps,
  { tenant }: Turn,
  until: number,
  each: Each,
): Promise<(Pick<LastLook, 'at' | 'regions'> & { readonly isUnfinished: boolean }) | undefined> => {
  const at = deps.clock.now();
  // The other half is for removing what is found.
  const lookUntil = halfOf(deps, until);
  if (!tenant) {
    await look(deps, { kind: 'control-plane' }, () => lookAtService(deps), each);
    return undefined;
  }
  const records: Place = { kind: 'records', tenant };
  let ledger: TenantLedger | undefined;
  await look(
    deps,
    records,
    async () => {
      ledger = await openLedger(deps.catalog, tenant.hypervisorId);
      return lookAtRecords(deps, records, ledger, lookUntil);
    },
    each,
  );
  // Without the records nobody can tell what is ours to remove.
  if (!ledger) return undefined;
  const known = ledger;
  // Where the list cannot be read, at least the region of the tenant's own instances.
  const regions = await regionsOf(deps, records, known).catch(() => undefined);
  let isUnfinished = false;
  for (const region of regions ?? [tenant.region]) {
    const place = { kind: 'account', tenant, region } as const;
    const found = await look(deps, place, () => lookAtAccount(deps, place, known, halfOf(deps, until)), each);
    if (found.unfinished) isUnfinished = true;
  }
  return regions && { at, regions, isUnfinished };
};

/** Of what is left by now. */
const halfOf = ({ clock }: ReaperDeps, until: number): number => clock.now() + (until - clock.now()) / 2;

const look = async (deps: ReaperDeps, place: Place, work: () => Promise<Look>, each: Each): Promise<Look> => {
  let found: Look;
  try {
    found = await work();
  } catch (error) {
    found = { findings: [unreachable(deps, place, error)], complete: false };
  }
  await each(place, found);
  return found;
};

const unreachable = ({ sha256, clock }: ReaperDeps, place: Place, error: unknown): Finding =>
  findingAt(
    sha256,
    place,
  )({
    kind: place.kind === 'account' ? 'account' : 'place',
    subject: placeName(place),
    reason: `it could not be looked at: ${inWords(error)}`,
    action: 'show',
    dueAt: clock.now(),
  });
