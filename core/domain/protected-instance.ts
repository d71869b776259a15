import type { HypervisorId, RecoveryPointId } from '../contracts/ids.ts';
import type { RecoveryPoint } from './recovery-point.ts';

/**
 * The instance's own record carries what must never be broken: who works on it, and which point is its newest.
 * A lease has no clock: it is re-entrant for its attempt, and taken over only when that attempt is terminal.
 */
export interface ProtectedInstance {
  readonly tenantId: HypervisorId;
  readonly instanceId: string;
  /** `<job id>-<attempt>` that holds it. */
  readonly owner?: string;
  /** Counts up with each change of owner; a commit names the one that it was taken under. */
  readonly fence: number;
  /** The newest committed recovery point in a library: what the next incremental compares with. */
  readonly head?: RecoveryPointId;
  /** The newest committed recovery point of kind `snapshot`. */
  readonly snapshotHead?: RecoveryPointId;
  /** The point that was committed last, of whatever kind and age: what a crash right after the commit is settled by. */
  readonly committed?: RecoveryPointId;
  /**
   * A prune deletes what it condemned before this (ms since 1970): a point in the library whose record was made before
   * may build on it, and is not committed any more.
   */
  readonly libraryBarrier?: number;
}

/** `<job id>-<attempt>`: an attempt's name, and its execution's. */
export const attemptName = (jobId: string, attempt: number): string => `${jobId}-${attempt}`;

/** Whether a prune may have taken away what the point builds on: what there is of it is of no use any more. */
export const isBeforeBarrier = (
  { kind, createdAt = 0 }: Pick<RecoveryPoint, 'kind' | 'createdAt'>,
  { libraryBarrier = 0 }: Pick<ProtectedInstance, 'libraryBarrier'>,
): boolean => kind !== 'snapshot' && createdAt < libraryBarrier;
