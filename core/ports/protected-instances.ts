import type { HypervisorId, RecoveryPointId } from '../contracts/ids.ts';
import type { ProtectedInstance } from '../domain/protected-instance.ts';

/** The instance's own records: who works on one, and which point is its newest. Of all methods: see `Catalog`. */
export interface ProtectedInstances {
  get(tenantId: HypervisorId, instanceId: string): Promise<ProtectedInstance | undefined>;
  list(tenantId: HypervisorId): Promise<readonly ProtectedInstance[]>;
  /**
   * Takes the lease if nobody holds it, or `owner` does already (then the fence stays), or `formerOwner` (whose attempt
   * the caller knows to be terminal) does. Answers the record, or undefined when somebody else holds it.
   */
  lock(
    tenantId: HypervisorId,
    instanceId: string,
    owner: string,
    formerOwner?: string,
  ): Promise<ProtectedInstance | undefined>;
  /**
   * The one write that commits: IF owner = :owner AND fence = :fence SET committed = :point, and with it `head` or
   * `snapshotHead` where the point becomes that. True also if `committed` is it already. `begunAt`: of a point in a
   * library, when its record was made; refused if that is before the instance's barrier.
   */
  commit(
    tenantId: HypervisorId,
    instanceId: string,
    owner: string,
    fence: number,
    point: RecoveryPointId,
    becomes: 'head' | 'snapshotHead' | 'neither',
    begunAt?: number,
  ): Promise<boolean>;
  /** Raises the barrier of each of a tenant's instances that has a lower one or none; see ProtectedInstance. */
  raiseBarrier(tenantId: HypervisorId, before: number): Promise<void>;
  /** Gives the lease back if `owner` holds it. */
  unlock(tenantId: HypervisorId, instanceId: string, owner: string): Promise<void>;
}
