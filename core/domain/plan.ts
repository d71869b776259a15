import type { HypervisorId, PlanId } from '../contracts/ids.ts';
import type { PlanFields } from '../contracts/plans.ts';

/** When and how a hypervisor's VM groups are protected, and how long what comes of it is kept. */
export interface Plan extends PlanFields {
  readonly planId: PlanId;
  readonly hypervisorId: HypervisorId;
  /** ms since 1970 */
  readonly createdAt: number;
  readonly updatedAt: number;
  /** The scheduled times (not the times of delivery) of the newest job of each schedule. */
  readonly lastBackupDueAt?: number;
  readonly lastCopyDueAt?: number;
  /** Hash of the request that made it, where it came with an idempotency key. */
  readonly requestHash?: string;
}

/** The two schedules that a plan may have. */
export type PlanAction = 'backup' | 'copy';
