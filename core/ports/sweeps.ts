/** What sweeps remember, and what they look for besides tenants' accounts (TenantScope.ours). */
import type { HypervisorId } from '../contracts/ids.ts';
import type { RecordedFinding } from '../domain/finding.ts';
import type { Job } from '../domain/job.ts';
import type { ServiceIntent } from '../domain/service-intent.ts';
import type { Page, PageRequest } from './page.ts';

/** Findings that are open; one that is gone has none. */
export interface Findings {
  /** Every place's, in order of their places. */
  list(page: PageRequest): Promise<Page<RecordedFinding>>;
  ofPlace(place: string): Promise<readonly RecordedFinding[]>;
  /** Makes or replaces. */
  put(finding: RecordedFinding): Promise<void>;
  /** Idempotent. */
  remove(place: string, findingId: string): Promise<void>;
}

/** How far sweeps have come. */
export interface Sweeps {
  /** The round that is under way, or was the last; undefined before the first. */
  round(): Promise<Round | undefined>;
  setRound(round: Round): Promise<void>;
  lastLook(tenantId: HypervisorId): Promise<LastLook | undefined>;
  setLastLook(tenantId: HypervisorId, look: LastLook): Promise<void>;
  /**
   * Jobs of which an attempt has ended, or is about to, and that no sweep has found to have left nothing; noted before the
   * job's record says that it has ended. However long ago that was, and however old the job is.
   */
  ends(tenantId: HypervisorId, page: PageRequest): Promise<Page<EndToSweep>>;
  /** The job has left nothing: it is not looked through again, unless it has ended anew since it was read. Idempotent. */
  setSwept(end: EndToSweep): Promise<void>;
}

export interface EndToSweep {
  /** As it was when it was read: it may be open. */
  readonly job: Job;
  /** Of the note: one that was made anew since is another. */
  readonly noteId: string;
}

/** Sweeps by schedule go from turn to turn, in the order of their names, a part of the round each. */
export interface Round {
  /** The turn that was begun last. */
  readonly turn: string;
  /** ms since 1970 */
  readonly begunAt: number;
}

export interface LastLook {
  /** When the tenant was looked at last, ms since 1970. */
  readonly at: number;
  /** Every region in which anything was ever made for the tenant. */
  readonly regions: readonly string[];
  /** How often the time of its turn was doubled, since looks did not come to the end. */
  readonly doubled?: number;
}

export interface ServiceIntents {
  /** False if what was made before, for the same id, is just being undone. */
  intend(intent: ServiceIntent): Promise<boolean>;
  /** The hypervisor is there, or nothing is left of it. Nothing happens where it is not what the caller has written or read. */
  settle(intent: ServiceIntent): Promise<void>;
  /**
   * `undoing`, with its round counted on and held until then (ms since 1970), if it is what the caller has read: the caller
   * goes on with what this answers. Undefined: it was begun anew, is settled, or another has taken it.
   */
  undo(intent: ServiceIntent, heldUntil: number): Promise<ServiceIntent | undefined>;
  /** All that are not settled. */
  open(): Promise<readonly ServiceIntent[]>;
}

/** Uploads in parts that were begun and never ended, in buckets of the control plane's. All pages. Errors: TransientFailure. */
export interface OpenUploads {
  list(): Promise<readonly OpenUpload[]>;
  /** Idempotent. */
  abort(upload: OpenUpload): Promise<void>;
}

export interface OpenUpload {
  readonly bucket: string;
  readonly key: string;
  readonly uploadId: string;
  /** ms since 1970 */
  readonly begunAt: number;
}

/** Plans' schedules that there are, whatever plans there are. All pages. Errors: TransientFailure. */
export interface ScheduleList {
  names(): Promise<readonly { readonly name: string; readonly createdAt: number }[]>;
}
