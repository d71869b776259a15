import type { RecentJobs } from '../../contracts/overview.ts';
import { isTerminal, type Job } from '../../domain/job.ts';
import { time } from '../../domain/view-fields.ts';
import { listedJobView } from '../../domain/views.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock } from '../../ports/clock.ts';
import { allItems, everyItem } from '../../ports/every-item.ts';
import type { JobEnds } from '../../ports/health.ts';
import { inParallel } from '../../ports/in-parallel.ts';

export interface RecentJobsDeps {
  readonly catalog: Pick<Catalog, 'hypervisors' | 'jobs'>;
  readonly health: { readonly ends: Pick<JobEnds, 'failedSince'> };
  readonly clock: Clock;
}

const HOUR_MS = 3_600_000;
/** Each tenant's jobs are in order of when they were made: of what ended well, one that took longer is not looked for. */
const LONGEST_MS = 24 * HOUR_MS;
const TENANTS_AT_ONCE = 8;

/** One tenant's that were made since then. */
const madeSince = async ({ jobs }: Pick<Catalog, 'jobs'>, tenantId: string, since: number): Promise<readonly Job[]> => {
  const found: Job[] = [];
  for await (const job of everyItem((page) => jobs.list(tenantId, page))) {
    if (job.createdAt < since) break;
    found.push(job);
  }
  return found;
};

/**
 * All tenants' jobs that are not over, or ended within so many hours: what is open and what failed however old, of the
 * rest what was made a day before that or later. A query for each tenant, and no scan.
 */
export const createListRecentJobs =
  ({ catalog, health, clock }: RecentJobsDeps) =>
  async ({ hours, limit }: { readonly hours: number; readonly limit: number }): Promise<RecentJobs> => {
    const since = clock.now() - hours * HOUR_MS;
    const hypervisors = await allItems((page) => catalog.hypervisors.list(page));
    const tenants = hypervisors.filter(({ kind }) => kind === 'tenant');
    const made = await inParallel(tenants, TENANTS_AT_ONCE, ({ hypervisorId }) =>
      madeSince(catalog, hypervisorId, since - LONGEST_MS),
    );
    const open = await allItems((page) => catalog.jobs.open(page));
    const failed = await health.ends.failedSince(since);
    const all = new Map([...made.flat(), ...failed, ...open].map((job) => [job.jobId, job]));
    const recent = [...all.values()]
      .filter(({ state, endedAt = 0 }) => !isTerminal(state) || endedAt >= since)
      .sort((a, b) => b.createdAt - a.createdAt);
    const left = recent.length - limit;
    return {
      since: time(since),
      items: recent.slice(0, limit).map((job) => listedJobView(job, undefined, { kind: 'operator' })),
      ...(left > 0 ? { more: left } : {}),
    };
  };
