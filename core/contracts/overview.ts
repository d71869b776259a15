/** What operators see of all tenants at once: who is protected, what ran lately, how libraries grow. */
import { z } from 'zod';
import { HypervisorId } from './ids.ts';
import { JobView } from './job-views.ts';

const Count = z.int().nonnegative();
const Time = z.iso.datetime();

/** Instances that are named; all are counted. */
export const MOST_NAMED = 20;

/** Instances of one tenant, each counted once: by the rule, and in the words, of its list (`Protection`). */
export const TenantProtection = z.strictObject({
  tenantId: HypervisorId,
  name: z.string(),
  /** The newest good recovery point is as new as all its plans ask. */
  protected: Count,
  /** It is older than one of them asks, or it was never backed up though the time for it has passed. */
  late: Count,
  /** The first backup by one of them has not had its time yet. */
  waiting: Count,
  /** No plan with a schedule that is at work covers it. With a `problem`: those that the records know of. */
  unprotected: Count,
  /** It is not in the account any more, and its recovery points are there still. */
  gone: Count,
  /** The account could not be asked, and no plan is known to cover it. */
  unknown: Count,
  lateIds: z.array(z.string()).max(MOST_NAMED),
  unprotectedIds: z.array(z.string()).max(MOST_NAMED),
  /** Why the account could not be asked for its instances: counted are those that the records know of. */
  problem: z.string().optional(),
});
export type TenantProtection = z.infer<typeof TenantProtection>;

/** What a check or a stats run has counted. Sizes in bytes. */
const GrowthPoint = z.strictObject({
  at: Time,
  recoveryPoints: Count,
  /** Of all recovery points, not zero. */
  dataBytes: Count,
  /** Of different blocks. */
  uniqueBytes: Count,
  /** Of the packs, compressed and sealed: all but some per cent of what is stored. */
  packBytes: Count,
});
export type GrowthPoint = z.infer<typeof GrowthPoint>;

export const MOST_GROWTH_POINTS = 400;

/** One library of one tenant. */
export const LibraryGrowth = z.strictObject({
  tenantId: HypervisorId,
  name: z.string(),
  serviceId: HypervisorId,
  /** Oldest first, the newest so many: some a day, by the daily check. */
  points: z.array(GrowthPoint).max(MOST_GROWTH_POINTS),
});
export type LibraryGrowth = z.infer<typeof LibraryGrowth>;

export const RecentJobsQuery = z.strictObject({
  hours: z.coerce.number().int().min(1).max(168).default(24),
  limit: z.coerce.number().int().min(1).max(1_000).default(500),
});

export const RecentJobs = z.strictObject({
  since: Time,
  /** Of all tenants, those that are not over or ended since then; the newest first. */
  items: z.array(JobView),
  /** There are so many more, older ones. */
  more: z.int().positive().optional(),
});
export type RecentJobs = z.infer<typeof RecentJobs>;
