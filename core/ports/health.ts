/** How whoever runs the deployment learns how it is: what is kept for it, and where it is said. */
import type { HypervisorId, JobId } from '../contracts/ids.ts';
import type { Announcement } from '../domain/announcements.ts';
import type { Job } from '../domain/job.ts';
import type { MissedObjective, ObjectiveKey } from '../domain/objective.ts';
import type { Page, PageRequest } from './page.ts';

/**
 * Jobs whose end is still to be told. No end is lost: what is noted is noted before the job's record says that it has
 * ended, by whoever writes that.
 */
export interface JobEnds {
  /** Jobs that may have ended: those that have, are to be told; any other stays noted. In no order. */
  untold(page: PageRequest): Promise<Page<NotedEnd>>;
  /** The same of one job; undefined if nothing of it is noted. */
  noted(tenantId: HypervisorId, jobId: JobId): Promise<NotedEnd | undefined>;
  /** The end of this attempt was told: it is noted no more. A later one's stays. */
  setTold(end: NotedEnd): Promise<void>;
  /** Keeps, for some days, that a job ended otherwise than well. Idempotent. */
  noteFailure(job: Job): Promise<void>;
  /** The jobs that ended otherwise than well since then (ms since 1970), as they are by now: some were tried again. */
  failedSince(since: number): Promise<readonly Job[]>;
  /** Forgets failures from before. Idempotent; some may be left for the next time. */
  forgetFailures(before: number): Promise<void>;
}

export interface NotedEnd {
  readonly job: Job;
  /** Of the note: one that was made anew since is another. */
  readonly noteId: string;
  /** The job was opened again before this end was told: it is as it was then. */
  readonly past?: true;
}

/** Objectives that are missed, or were, and that nobody was told of yet. */
export interface MissedObjectives {
  list(): Promise<readonly MissedObjective[]>;
  /** Makes or replaces. */
  put(missed: MissedObjective): Promise<void>;
  /** Idempotent. */
  remove(key: ObjectiveKey): Promise<void>;
}

/** When something that goes by itself was done last, and what did not work then. */
export interface Pulses {
  beat(name: PulseName, pulse: Pulse): Promise<void>;
  last(name: PulseName): Promise<Pulse | undefined>;
}

export type PulseName = 'tick' | 'measure' | 'audit-anchor' | 'reap';

export interface Pulse {
  /** ms since 1970 */
  readonly at: number;
  /** In sentences; the first few. */
  readonly problems: readonly string[];
  /** Of `measure`: when each metric last said something, ms since 1970. */
  readonly saidAt?: Readonly<Record<string, number>>;
}

/** Orders in a queue: approximate, as SQS says. */
export interface QueueCounts {
  /** Undefined if there is no such queue. Errors: TransientFailure. */
  counts(url: string): Promise<{ readonly waiting: number; readonly held: number } | undefined>;
}

/** Tells whoever listens, at least once. */
export interface Announcer {
  /** All of them are told, or it throws. Errors: TransientFailure. */
  announce(announcements: readonly Announcement[]): Promise<void>;
}

/** Numbers over time. */
export interface Meter {
  emit(sample: MetricSample): void;
}

export interface MetricSample {
  readonly metrics: Readonly<Record<string, number>>;
  /** Counted apart for this tenant. */
  readonly tenantId?: HypervisorId;
  /** What the sample is about: to be found by, not counted apart. */
  readonly about?: {
    readonly jobId?: JobId;
    readonly tenantId?: HypervisorId;
    readonly instanceId?: string | undefined;
    readonly [name: string]: string | number | undefined;
  };
}
