/** What a sweep finds left behind: in a tenant's account, in the records, or on the service side. Operators only. */
import type { HypervisorId, JobId } from '../contracts/ids.ts';

export type FindingKind =
  /** Something with our tags in a tenant's account. */
  | 'instance'
  | 'volume'
  | 'image'
  | 'snapshot'
  /** A volume of the tenant's own, with the mark of a restore in place. */
  | 'replaced-volume'
  /** An account and region that could not be looked at. */
  | 'account'
  /** How many more of a kind there are that only look like ours. */
  | 'unlisted'
  /** Records could not be read, or the service side could not be looked at. */
  | 'place'
  /** An instance's record is held by an attempt that is over. */
  | 'lease'
  | 'pending-point'
  | 'open-order'
  /** A job that is open, and no execution works for it. */
  | 'stuck-job'
  /** A job that has ended, and something that it changed was not put back: a guest holds still, volumes are replaced. */
  | 'unfinished-cleanup'
  | 'library-run'
  /** What was begun for a hypervisor that was never added. */
  | 'unfinished-hypervisor'
  | 'half-removed-hypervisor'
  | 'schedule'
  | 'upload';

export interface Finding {
  /** Of the same thing always the same. */
  readonly findingId: string;
  /** Where it was looked: a sweep goes from place to place. */
  readonly place: string;
  readonly kind: FindingKind;
  /** The thing's own id. */
  readonly subject: string;
  readonly reason: string;
  /**
   * `remove`: ours, and finished: removed, closed or cleaned up once it is due. `wait`: ours, but something else goes first.
   * `show`: for a person to look at; nothing is done about it.
   */
  readonly action: 'remove' | 'wait' | 'show';
  /** ms since 1970: past its grace; of what is not removed, when it was looked at. */
  readonly dueAt: number;
  readonly tenantId?: HypervisorId;
  readonly region?: string;
  readonly jobId?: JobId;
  readonly attempt?: number;
  /** Of a replaced volume: the instance that it was on. Of an upload: its bucket. */
  readonly of?: string;
  /** Of what a job made: the effect's id. */
  readonly operation?: string;
  /** A volume that somebody uses: to be noted, so that it stays his. */
  readonly inUse?: true;
}

/** One that is still there after a sweep. */
export interface RecordedFinding extends Finding {
  /** ms since 1970, as all of these. */
  readonly firstSeenAt: number;
  readonly lastSeenAt: number;
  /** How often it was tried to remove it. */
  readonly attempts: number;
  readonly lastTriedAt?: number;
  /** Not tried before, but by an operator. */
  readonly nextTryAt?: number;
  readonly error?: string;
}

const HOUR = 3_600_000;
const LONGEST_MS = 24 * HOUR;

/** After so many tries that failed: doubled each time, up to a day. */
export const backOff = (attempts: number): number =>
  Math.min(LONGEST_MS, HOUR * 2 ** Math.max(0, Math.min(attempts, 10) - 1));

export const CONTROL_PLANE = 'control-plane';
export const recordsOf = (tenantId: HypervisorId): string => `records ${tenantId}`;
export const accountIn = (tenantId: HypervisorId, region: string): string => `account ${tenantId} ${region}`;
