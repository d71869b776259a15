import type { HypervisorId, VmGroupId } from '../contracts/ids.ts';
import type { VmGroupFields } from '../contracts/vm-groups.ts';

/** Which instances of a hypervisor are protected together. Of a service hypervisor: where its automatic nodes run (O6). */
export interface VmGroup extends VmGroupFields {
  readonly groupId: VmGroupId;
  readonly hypervisorId: HypervisorId;
  /** ms since 1970 */
  readonly createdAt: number;
  readonly updatedAt: number;
  /** Hash of the request that made it, where it came with an idempotency key. */
  readonly requestHash?: string;
}
