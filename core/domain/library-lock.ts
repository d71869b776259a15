/**
 * Object Lock: until when what backups write is kept from everybody. Locks end with an epoch of 30 days: points of one
 * epoch share theirs, so that what later points refer to needs to be extended once an epoch, not with each of them.
 */
import type { RecoveryPointId } from '../contracts/ids.ts';
import type { Retention } from '../contracts/plans.ts';
import type { RecoveryPoint } from './recovery-point.ts';

/** `compliance`: nobody can shorten it, the account's root user included. `governance`: whoever may bypass it can. */
export type LockMode = 'governance' | 'compliance';

const DAY_MS = 86_400_000;
export const EPOCH_MS = 30 * DAY_MS;
/** Locks are extended when no more than this is left of them: ten daily runs may fail before one ends. */
export const LEAD_MS = 10 * DAY_MS;

/** No lock reaches further: the bucket's policy refuses more, so that nobody can fill it for a hundred years. */
export const LONGEST_LOCK_MS = 3_660 * DAY_MS;

/** The end of the epoch that a time is in: always later than that time. */
export const epochEnd = (at: number): number => (Math.floor(at / EPOCH_MS) + 1) * EPOCH_MS;

/** Of what a session writes to a library with a lock. Days as S3 counts what is left of a lock: how it rounds is not documented. */
export interface LockOfSession {
  readonly mode: LockMode;
  readonly leastDays: number;
  readonly mostDays: number;
}

/** What nothing is locked for less than. */
export const shortestLock = (now: number): number => epochEnd(now + LEAD_MS);

/**
 * What is promised to a point when its record is made. Only days are certain then: whether a point is one of the newest,
 * or the last of its week, shows later, and is extended epoch by epoch as long as it holds; so is what is to be kept for
 * more than ten years.
 */
export const promisedUntil = (takenAt: number, retention: Retention | undefined, now: number): number => {
  const longest = epochEnd(now + LONGEST_LOCK_MS - EPOCH_MS);
  return Math.min(longest, Math.max(shortestLock(now), epochEnd(takenAt + (retention?.days ?? 0) * DAY_MS)));
};

/**
 * What an order's session can write at all: locked as its order says, a day or two less or more. `lockedUntil`: the order's;
 * its nodes never lock for less, and for more only where that would be less than the shortest lock.
 */
export const lockOfSession = (mode: LockMode, lockedUntil: number, now: number): LockOfSession => ({
  mode,
  leastDays: Math.max(1, Math.floor((lockedUntil - now) / DAY_MS) - 1),
  mostDays: Math.ceil((Math.max(lockedUntil, shortestLock(now)) - now) / DAY_MS) + 1,
});

type Locked = Pick<RecoveryPoint, 'lockedUntil'>;

export const isLocked = ({ lockedUntil = 0 }: Locked, now: number): boolean => lockedUntil > now;

export interface LockExtension {
  readonly recoveryPointId: RecoveryPointId;
  /** ms since 1970 */
  readonly until: number;
}

/** Of points that retention keeps today, those whose lock ends soon. */
export const extensionsDue = (
  kept: readonly Pick<RecoveryPoint, 'recoveryPointId' | 'kind' | 'lockedUntil'>[],
  now: number,
): readonly LockExtension[] =>
  kept
    .filter(({ kind, lockedUntil = 0 }) => kind !== 'snapshot' && lockedUntil <= now + LEAD_MS)
    .map(({ recoveryPointId }) => ({ recoveryPointId, until: shortestLock(now) }));
