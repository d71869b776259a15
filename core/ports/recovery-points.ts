import type { HypervisorId, RecoveryPointId } from '../contracts/ids.ts';
import type { PointOutline, RecoveryPoint } from '../domain/recovery-point.ts';
import type { Page, PageRequest } from './page.ts';

/** Recovery points, each under its tenant. Of all methods: see `Catalog`. */
export interface RecoveryPoints {
  /** Makes the pending record if it is absent. */
  add(point: RecoveryPoint): Promise<void>;
  get(tenantId: HypervisorId, recoveryPointId: RecoveryPointId): Promise<RecoveryPoint | undefined>;
  /** Newest first; of one instance, or of all. */
  list(tenantId: HypervisorId, instanceId: string | undefined, page: PageRequest): Promise<Page<RecoveryPoint>>;
  /** Of one instance, newest first, without their volumes: two reads for a hundred of them. */
  outlines(tenantId: HypervisorId, instanceId: string, page: PageRequest): Promise<Page<PointOutline>>;
  update(
    tenantId: HypervisorId,
    recoveryPointId: RecoveryPointId,
    change: Partial<Omit<RecoveryPoint, 'volumes' | 'filledBy'>>,
  ): Promise<void>;
  /**
   * Sets what a point's volumes are, only while it is pending and `attempt`'s; `final`: all of their data is known, and
   * what is not final is refused from then on. False if refused: it is committed, given up or a later attempt's by now.
   */
  fill(
    tenantId: HypervisorId,
    recoveryPointId: RecoveryPointId,
    attempt: number,
    filling: Pick<RecoveryPoint, 'volumes' | 'verification'>,
    final?: 'final',
  ): Promise<boolean>;
  /**
   * Puts a point under legal hold, or lifts it, if the hold is the one that the caller has `seen`. False if it is another
   * by now, or the point is gone; also where the answer to a write that was done was lost.
   */
  setLegalHold(
    tenantId: HypervisorId,
    recoveryPointId: RecoveryPointId,
    hold: RecoveryPoint['legalHold'] | undefined,
    seen: RecoveryPoint['legalHold'] | undefined,
  ): Promise<boolean>;
  /** Notes that a point is locked until then (ms since 1970), unless it is for longer already, or is not there. */
  lockUntil(tenantId: HypervisorId, recoveryPointId: RecoveryPointId, until: number): Promise<void>;
  /** `available` → `expired`, unless it is under legal hold or locked by now. False if refused. */
  expire(tenantId: HypervisorId, recoveryPointId: RecoveryPointId, now: number): Promise<boolean>;
}
