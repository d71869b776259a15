import type { HypervisorId, JobId } from '../contracts/ids.ts';
import type { Counters } from '../contracts/orders.ts';
import type { Job, JobInstance } from '../domain/job.ts';
import type { Page, PageRequest } from './page.ts';

/** Jobs, and the instances within them. Of all methods: see `Catalog`. */
export interface Jobs {
  /** False if a job of that id exists. */
  add(job: Job): Promise<boolean>;
  get(tenantId: HypervisorId, jobId: JobId): Promise<Job | undefined>;
  /** Newest first. */
  list(tenantId: HypervisorId, page: PageRequest): Promise<Page<Job>>;
  /**
   * Sets fields, or removes those that are undefined; only while the state is one of `from` (any, if absent). False if
   * refused. Only `reopen` opens a job that is not open: a change to an open state is refused from any other.
   */
  update(tenantId: HypervisorId, jobId: JobId, change: Partial<Job>, from?: readonly Job['state'][]): Promise<boolean>;

  /** Every tenant's jobs that are open (queued, running, waiting, cancelling), in no order. */
  open(page: PageRequest): Promise<Page<Job>>;
  /** Of these, one tenant's: none of another is read for it. There are a few hundred at most (MOST_OPEN_JOBS). */
  openOf(tenantId: HypervisorId): Promise<readonly Job[]>;
  /**
   * Begins the next attempt of a job in one of the states `from`, whose attempt is `attempt - 1`: state `queued`; what the
   * attempt before it left (error, end, requests to cancel or suspend, execution) is removed. False if refused. `under`: noted as
   * `reopenedUnder` with it.
   */
  reopen(
    tenantId: HypervisorId,
    jobId: JobId,
    attempt: number,
    from: readonly Job['state'][],
    under?: string,
  ): Promise<boolean>;

  /** Makes the child record if it is absent. */
  addInstance(instance: JobInstance): Promise<void>;
  instances(jobId: JobId): Promise<readonly JobInstance[]>;
  instance(jobId: JobId, instanceId: string): Promise<JobInstance | undefined>;
  /**
   * Sets fields of a child record that exists; `counters` are set, not added. Only while its phase is one of `from` (any,
   * if absent): false if refused.
   */
  updateInstance(
    jobId: JobId,
    instanceId: string,
    change: Partial<JobInstance>,
    from?: readonly JobInstance['phase'][],
  ): Promise<boolean>;
  /**
   * Puts a child back to the start of a new attempt: `waiting`, no counters, no error, no result.
   * What the job's selection and its finished copies have put there stays.
   */
  resetInstance(jobId: JobId, instanceId: string, now: number): Promise<void>;
  /**
   * Adds to a child's counters, and to those of the volume that was moved, if its progress is measured; one atomic write.
   * `volume`: from when until when it was moved (ms since 1970).
   */
  addCounters(
    jobId: JobId,
    instanceId: string,
    delta: Counters,
    volume?: { readonly volumeId: string; readonly from: number; readonly until: number },
  ): Promise<void>;
}
