import type { HypervisorId, PlanId } from '../contracts/ids.ts';
import type { Plan, PlanAction } from '../domain/plan.ts';
import type { Page, PageRequest } from './page.ts';

/** Plans, each under its hypervisor. Of all methods: see `Catalog`. */
export interface Plans {
  add(plan: Plan): Promise<boolean>;
  get(hypervisorId: HypervisorId, planId: PlanId): Promise<Plan | undefined>;
  list(hypervisorId: HypervisorId, page: PageRequest): Promise<Page<Plan>>;
  /**
   * Writes the plan's fields anew, all but when it was due last; false if there is none, or (`ifUpdatedAt`) it was changed
   * at another time.
   */
  replace(plan: Plan, ifUpdatedAt?: number): Promise<boolean>;
  remove(hypervisorId: HypervisorId, planId: PlanId): Promise<void>;
  /** Notes the scheduled time of a run; an earlier one than is noted changes nothing. */
  noteDue(hypervisorId: HypervisorId, planId: PlanId, action: PlanAction, dueAt: number): Promise<void>;
}
