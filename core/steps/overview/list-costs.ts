import { noCalls } from '../../contracts/billed-calls.ts';
import type { CostsPage, TenantCost } from '../../contracts/costs.ts';
import type { HypervisorId } from '../../contracts/ids.ts';
import type { GrowthPoint } from '../../contracts/overview.ts';
import { monthOf } from '../../domain/billed-calls.ts';
import { costOf, NOT_INCLUDED } from '../../domain/cost.ts';
import type { TenantHypervisor } from '../../domain/hypervisor.ts';
import { PRICES } from '../../domain/prices.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock } from '../../ports/clock.ts';
import { everyItem } from '../../ports/every-item.ts';
import { inParallel } from '../../ports/in-parallel.ts';
import type { PageRequest } from '../../ports/page.ts';
import { counted } from './list-library-growth.ts';

export interface CostsDeps {
  readonly catalog: Pick<Catalog, 'hypervisors' | 'libraryRuns' | 'usage'>;
  readonly clock: Clock;
}

const TENANTS_AT_ONCE = 8;
/** Runs of a tenant that are looked through: by the daily check each library is counted in the first few. */
const RUNS_OF_A_MONTH = 60;
/** With those of later months, which are passed over. */
const MOST_RUNS = 500;

/** What is in a folder on disk is not AWS's to bill. */
const isOnDisk = async ({ hypervisors }: CostsDeps['catalog'], serviceId: HypervisorId): Promise<boolean> => {
  const service = await hypervisors.get(serviceId);
  return service?.kind === 'service' && service.mediaAgent.library.kind === 'disk';
};

/** The newest count of each library by the end of the month, together; `countedAt` is the oldest of them. */
const libraryOf = async (
  catalog: CostsDeps['catalog'],
  tenantId: HypervisorId,
  month: string,
): Promise<TenantCost['library']> => {
  const newest = new Map<HypervisorId, GrowthPoint>();
  let [looked, passed] = [0, 0];
  for await (const run of everyItem((page) => catalog.libraryRuns.list(tenantId, page))) {
    const point = counted(run);
    if (monthOf(run.endedAt ?? run.createdAt) > month) passed += 1;
    else {
      looked += 1;
      if (point && !newest.has(run.serviceId)) newest.set(run.serviceId, point);
    }
    if (looked >= RUNS_OF_A_MONTH || looked + passed >= MOST_RUNS) break;
  }
  for (const serviceId of newest.keys()) if (await isOnDisk(catalog, serviceId)) newest.delete(serviceId);
  const points = [...newest.values()].toSorted((a, b) => (a.at < b.at ? -1 : 1));
  const [oldest] = points;
  if (!oldest) return undefined;
  return { packBytes: points.reduce((sum, { packBytes }) => sum + packBytes, 0), countedAt: oldest.at };
};

/** By tenant, what it has cost in a month (UTC; the present one, if none is named): no job is read for it. */
export const createListCosts =
  ({ catalog, clock }: CostsDeps) =>
  async (asked: string | undefined, page: PageRequest): Promise<CostsPage> => {
    const month = asked ?? monthOf(clock.now());
    const { items, next } = await catalog.hypervisors.list(page);
    const tenants = items.filter((each): each is TenantHypervisor => each.kind === 'tenant');
    const ids = tenants.map(({ hypervisorId }) => hypervisorId);
    const months = new Map((await catalog.usage.months(ids, month)).map((each) => [each.tenantId, each]));
    const costs = await inParallel(tenants, TENANTS_AT_ONCE, async ({ hypervisorId: tenantId, name }) => {
      const calls = months.get(tenantId)?.calls ?? noCalls;
      const library = await libraryOf(catalog, tenantId, month);
      return {
        tenantId,
        name,
        calls,
        ...(library ? { library } : {}),
        nanoUsd: costOf(calls, library?.packBytes ?? 0),
      };
    });
    return {
      month,
      prices: { region: PRICES.region, month: PRICES.asOf },
      notIncluded: [...NOT_INCLUDED],
      items: costs,
      ...(next ? { next } : {}),
    };
  };
