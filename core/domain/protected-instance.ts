import type { HypervisorId, RecoveryPointId } from '../contracts/ids.ts';

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
}

/** `<job id>-<attempt>`: an attempt's name, and its execution's. */
export const attemptName = (jobId: string, attempt: number): string => `${jobId}-${attempt}`;
