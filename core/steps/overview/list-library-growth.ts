import { BLOCK_BYTES } from '../../contracts/ids.ts';
import { type GrowthPoint, type LibraryGrowth, MOST_GROWTH_POINTS } from '../../contracts/overview.ts';
import type { TenantHypervisor } from '../../domain/hypervisor.ts';
import type { LibraryRun } from '../../domain/library-run.ts';
import { time } from '../../domain/view-fields.ts';
import type { Catalog } from '../../ports/catalog.ts';
import { everyItem } from '../../ports/every-item.ts';
import { inParallel } from '../../ports/in-parallel.ts';
import type { PageRequest } from '../../ports/page.ts';

interface Deps {
  readonly catalog: Pick<Catalog, 'hypervisors' | 'libraryRuns'>;
}

const TENANTS_AT_ONCE = 8;
/** Runs of a tenant that are looked through for those that counted: more than a year of daily checks and weekly prunes. */
const MOST_RUNS = 500;

/** Undefined of a run that has not counted: a check by a node of before it did has not. */
export const counted = ({ outcome, endedAt }: LibraryRun): GrowthPoint | undefined => {
  if (endedAt === undefined) return undefined;
  const at = time(endedAt);
  if (outcome?.task === 'stats') {
    const { recoveryPoints, dataBytes, uniqueBytes, storedBytesOf, storedBytes } = outcome;
    return { at, recoveryPoints, dataBytes, uniqueBytes, packBytes: storedBytesOf.packs ?? storedBytes };
  }
  if (outcome?.task !== 'check' || outcome.dataBlocks === undefined || outcome.packBytes === undefined)
    return undefined;
  const { recoveryPoints, dataBlocks, blocks, packBytes } = outcome;
  return {
    at,
    recoveryPoints,
    dataBytes: dataBlocks * BLOCK_BYTES,
    uniqueBytes: blocks * BLOCK_BYTES,
    packBytes,
  };
};

const growthOf = async (
  { catalog }: Deps,
  { hypervisorId: tenantId, name }: TenantHypervisor,
): Promise<readonly LibraryGrowth[]> => {
  const libraries = new Map<LibraryRun['serviceId'], GrowthPoint[]>();
  let looked = 0;
  for await (const run of everyItem((page) => catalog.libraryRuns.list(tenantId, page))) {
    const point = counted(run);
    if (point) libraries.set(run.serviceId, [...(libraries.get(run.serviceId) ?? []), point]);
    looked += 1;
    if (looked >= MOST_RUNS) break;
  }
  return [...libraries].map(([serviceId, points]) => ({
    tenantId,
    name,
    serviceId,
    points: points.toSorted((a, b) => (a.at < b.at ? -1 : 1)).slice(-MOST_GROWTH_POINTS),
  }));
};

/** By tenant, what each of its libraries held when it was looked through: nothing is read of a library for it. */
export const createListLibraryGrowth = (deps: Deps) => async (page: PageRequest) => {
  const { items, next } = await deps.catalog.hypervisors.list(page);
  const tenants = items.filter((each): each is TenantHypervisor => each.kind === 'tenant');
  const found = await inParallel(tenants, TENANTS_AT_ONCE, (tenant) => growthOf(deps, tenant));
  return { items: found.flat(), ...(next ? { next } : {}) };
};
