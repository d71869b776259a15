/** What each tenant has cost in a month, from calls that were counted where they were made. */
import { z } from 'zod';
import { BilledCalls } from './billed-calls.ts';
import { HypervisorId } from './ids.ts';

const Count = z.int().nonnegative();
/** A thousand-millionth of a USD: prices of single calls are whole numbers of it. */
const NanoUsd = Count;

export const Month = z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/, 'must be a month, like 2026-11');

export const TenantCost = z.strictObject({
  tenantId: HypervisorId,
  name: z.string(),
  /** It is there no more: it is in the months up to this one, if it has cost anything in them. */
  removedAt: z.iso.datetime().optional(),
  calls: BilledCalls,
  /** All its libraries in S3, as they were counted last in that month or before. Absent: none was counted by then. */
  library: z.strictObject({ packBytes: Count, countedAt: z.iso.datetime() }).optional(),
  /** By list prices. `library`: a month of what is there, not of what has been there day by day. */
  nanoUsd: BilledCalls.extend({ library: NanoUsd, total: NanoUsd }),
});
export type TenantCost = z.infer<typeof TenantCost>;

export const CostsPage = z.strictObject({
  month: Month,
  /** AWS's list prices: of which region, and as of which month. A tenant's own region may have others. */
  prices: z.strictObject({ region: z.string(), month: Month }),
  /** What AWS bills besides, in words. */
  notIncluded: z.array(z.string()),
  items: z.array(TenantCost),
  next: z.string().optional(),
});
export type CostsPage = z.infer<typeof CostsPage>;
