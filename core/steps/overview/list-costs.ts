import { noCalls } from '../../contracts/billed-calls.ts';
import type { CostsPage, TenantCost } from '../../contracts/costs.ts';
import type { HypervisorId } from '../../contracts/ids.ts';
import type { GrowthPoint } from '../../contracts/overview.ts';
import { monthOf } from '../../domain/billed-calls.ts';
import { costOf, NOT_INCLUDED } from '../../domain/cost.ts';
import { PRICES } from '../../domain/prices.ts';
import { time } from '../../domain/view-fields.ts';
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

/** Of tenants that are there no more, after those that are: a cursor of theirs is told by what no other begins with. */
const REMOVED = 'removed.';

interface Listed {
  readonly tenants: readonly { readonly tenantId: HypervisorId; readonly name: string; readonly removedAt?: number }[];
  readonly next?: string | undefined;
}

const listThere = async ({ hypervisors, usage }: CostsDeps['catalog'], page: PageRequest): Promise<Listed> => {
  const { items, next } = await hypervisors.list(page);
  const tenants = items.flatMap(({ kind, hypervisorId: tenantId, name }) =>
    kind === 'tenant' ? [{ tenantId, name }] : [],
  );
  if (next) return { tenants, next };
  const isAnyRemoved = (await usage.removed({ limit: 1 })).items.length > 0;
  return { tenants, next: isAnyRemoved ? REMOVED : undefined };
};

/** Those that were there in this month. */
const listRemoved = async (catalog: CostsDeps['catalog'], month: string, page: PageRequest): Promise<Listed> => {
  const after = page.next?.slice(REMOVED.length);
  const { items, next } = await catalog.usage.removed({ limit: page.limit, ...(after ? { next: after } : {}) });
  const wereThere = items.filter(({ removedAt }) => monthOf(removedAt) >= month);
  const found = await inParallel(wereThere, TENANTS_AT_ONCE, ({ tenantId }) => catalog.hypervisors.get(tenantId));
  return {
    // one that is there after all was not removed to the end, or has come back under its id
    tenants: wereThere.filter((_, n) => found[n] === undefined),
    next: next && `${REMOVED}${next}`,
  };
};

/**
 * By tenant, what it has cost in a month (UTC; the present one, if none is named): no job is read for it. A tenant that was
 * removed since is among them if it has cost anything.
 */
export const createListCosts =
  ({ catalog, clock }: CostsDeps) =>
  async (asked: string | undefined, page: PageRequest): Promise<CostsPage> => {
    const month = asked ?? monthOf(clock.now());
    const { tenants, next } = page.next?.startsWith(REMOVED)
      ? await listRemoved(catalog, month, page)
      : await listThere(catalog, page);
    const ids = tenants.map(({ tenantId }) => tenantId);
    const months = new Map((await catalog.usage.months(ids, month)).map((each) => [each.tenantId, each]));
    const costs = await inParallel(tenants, TENANTS_AT_ONCE, async ({ tenantId, name, removedAt }) => {
      const calls = months.get(tenantId)?.calls ?? noCalls;
      const library = await libraryOf(catalog, tenantId, month);
      return {
        tenantId,
        name,
        ...(removedAt === undefined ? {} : { removedAt: time(removedAt) }),
        calls,
        ...(library ? { library } : {}),
        nanoUsd: costOf(calls, library?.packBytes ?? 0),
      };
    });
    return {
      month,
      prices: { region: PRICES.region, month: PRICES.asOf },
      notIncluded: [...NOT_INCLUDED],
      items: costs.filter(({ removedAt, nanoUsd }) => removedAt === undefined || nanoUsd.total > 0),
      ...(next ? { next } : {}),
    };
  };
