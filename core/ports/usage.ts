import type { BilledCalls } from '../contracts/billed-calls.ts';
import type { HypervisorId, JobId, LibraryRunId, OrderId } from '../contracts/ids.ts';
import type { Page, PageRequest } from './page.ts';

/** Which claim of which order: each counts its calls from 0, and all of them cost. */
export interface ClaimOfOrder {
  readonly orderId: OrderId;
  readonly claim: number;
  readonly jobId: JobId | LibraryRunId;
  readonly attempt: number;
}

/** The calls that a node has made for one claim of an order. */
export interface ClaimCalls extends ClaimOfOrder {
  readonly tenantId: HypervisorId;
  /** In which they are counted, `2026-11`: that of the first report. */
  readonly month: string;
  /** So far. */
  readonly calls: BilledCalls;
  /** Of them, what is in the month's sum for sure. */
  readonly added?: BilledCalls;
}

/** Of a claim: what of it is in a month's sum. Whose row says so too, but for marks of before that was kept. */
export type Mark = BilledCalls & Partial<Pick<ClaimOfOrder, 'jobId' | 'attempt'>>;

/** What a tenant's orders have called in a month. */
export interface MonthOfCalls {
  readonly tenantId: HypervisorId;
  readonly month: string;
  readonly calls: BilledCalls;
  /** Counts up with each change. */
  readonly version: number;
  /** By claim (`<order>#<claim>`): until the claim's own record says so, or soon after. */
  readonly adding: Readonly<Record<string, Mark>>;
}

/** A tenant that is there no more, for whose last months somebody may still ask. */
export interface RemovedTenant {
  readonly tenantId: HypervisorId;
  readonly name: string;
  /** ms since 1970 */
  readonly removedAt: number;
}

/** What was called for tenants, and is billed by AWS. Reads are consistent. */
export interface Usage {
  /** What a claim's calls are so far, and what is noted then: never less than before. `month` is set once. */
  note(claim: Omit<ClaimCalls, 'added'>): Promise<ClaimCalls>;
  get(claim: ClaimOfOrder): Promise<ClaimCalls | undefined>;
  ofAttempt(jobId: JobId | LibraryRunId, attempt: number): Promise<readonly ClaimCalls[]>;
  /** Never less than before. */
  noteAdded(claim: ClaimOfOrder, added: BilledCalls): Promise<void>;
  month(tenantId: HypervisorId, month: string): Promise<MonthOfCalls | undefined>;
  /** Those that there are, in no order. */
  months(tenantIds: readonly HypervisorId[], month: string): Promise<readonly MonthOfCalls[]>;
  /** Only while it is of the version that was seen, or absent: false otherwise. */
  replaceMonth(month: MonthOfCalls, seen: number | undefined): Promise<boolean>;
  /** Makes or replaces. */
  noteRemoved(tenant: RemovedTenant): Promise<void>;
  /** By id. A tenant whose removal did not come to its end is among them. */
  removed(page: PageRequest): Promise<Page<RemovedTenant>>;
  /** Idempotent. What the tenant has called in which month stays. */
  forgetRemoved(tenantId: HypervisorId): Promise<void>;
}
