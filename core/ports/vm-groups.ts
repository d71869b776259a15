import type { HypervisorId, PlanId, VmGroupId } from '../contracts/ids.ts';
import type { VmGroup } from '../domain/vm-group.ts';
import type { Page, PageRequest } from './page.ts';

/** VM groups, each under its hypervisor. Of all methods: see `Catalog`. */
export interface VmGroups {
  /** False if a group of that id exists. */
  add(group: VmGroup): Promise<boolean>;
  get(hypervisorId: HypervisorId, groupId: VmGroupId): Promise<VmGroup | undefined>;
  list(hypervisorId: HypervisorId, page: PageRequest): Promise<Page<VmGroup>>;
  /** All that a plan protects. */
  ofPlan(hypervisorId: HypervisorId, planId: PlanId): Promise<readonly VmGroup[]>;
  /** Writes the group's fields anew; false if there is none, or (`ifUpdatedAt`) it was changed at another time. */
  replace(group: VmGroup, ifUpdatedAt?: number): Promise<boolean>;
  /** Idempotent. */
  remove(hypervisorId: HypervisorId, groupId: VmGroupId): Promise<void>;
}
