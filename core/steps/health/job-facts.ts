import type { HealthFact } from '../../contracts/health.ts';
import { ageInWords } from '../../domain/age-in-words.ts';
import { isTerminal, type Job, type JobInstance } from '../../domain/job.ts';
import type { Catalog } from '../../ports/catalog.ts';
import { everyItem } from '../../ports/every-item.ts';
import type { JobEnds } from '../../ports/health.ts';
import { inParallel } from '../../ports/in-parallel.ts';
import { counted, fact, seconds } from './fact.ts';

const DAY_MS = 86_400_000;
/** The tick stops what is overdue every five minutes; then it is cleaned up. */
const STOPPED_WITHIN_MS = 30 * 60_000;
const JOBS_AT_ONCE = 16;

/** Those of the last day that were not made good since: a job that was tried again is judged by how it ended then. */
export const failedJobs = async (ends: Pick<JobEnds, 'failedSince'>, now: number): Promise<HealthFact> => {
  const failed = (await ends.failedSince(now - DAY_MS)).filter(
    ({ state }) => state === 'failed' || state === 'completed with errors',
  );
  const all = failed.filter(({ state }) => state === 'failed').length;
  const metrics = { JobsFailedLastDay: all, JobsWithErrorsLastDay: failed.length - all };
  if (failed.length === 0) return fact('failed jobs', 'ok', 'no job of the last day has failed', metrics);
  const says = `${counted(all, 'job')} of the last day failed, ${failed.length - all} completed with errors`;
  return fact(
    'failed jobs',
    'warn',
    says,
    metrics,
    failed.map(
      ({ jobId, tenantId, type, state, error }) =>
        `${jobId} (${type} of ${tenantId}) ${state}${error ? `: ${error.name}: ${error.message.slice(0, 200)}` : ''}`,
    ),
  );
};

interface Deps {
  readonly catalog: Pick<Catalog, 'jobs'>;
}

/** What is open, and what waits for an access node. */
export interface OpenWork {
  readonly jobs: readonly Job[];
  readonly waiting: readonly JobInstance[];
}

export const openWork = async ({ catalog }: Deps): Promise<OpenWork> => {
  const jobs: Job[] = [];
  for await (const job of everyItem((page) => catalog.jobs.open(page))) jobs.push(job);
  const going = jobs.filter(({ state }) => state === 'running' || state === 'waiting');
  const instances = await inParallel(going, JOBS_AT_ONCE, ({ jobId }) => catalog.jobs.instances(jobId));
  return { jobs, waiting: instances.flat().filter(({ phase }) => phase === 'waiting for an access node') };
};

export const openJobs = ({ jobs }: OpenWork, now: number): HealthFact => {
  const overdue = jobs.filter(
    ({ request: { deadlineAt } }) => deadlineAt !== undefined && now - deadlineAt > STOPPED_WITHIN_MS,
  );
  const metrics = { JobsOpen: jobs.length, JobsOverdue: overdue.length };
  if (overdue.length === 0)
    return fact('open jobs', 'ok', `${counted(jobs.length, 'job')} open, none of them overdue`, metrics);
  const says = `${counted(overdue.length, 'job')} of ${jobs.length} that are open should have been stopped at the deadline`;
  return fact(
    'open jobs',
    'bad',
    says,
    metrics,
    overdue.map(
      ({ jobId, tenantId, state, request: { deadlineAt = now } }) =>
        `${jobId} (of ${tenantId}) is ${state}, ${ageInWords(now - deadlineAt)} after its deadline`,
    ),
  );
};

/** How long the one has waited that waits longest, ms. */
export const longestWait = ({ waiting }: OpenWork, now: number): number =>
  Math.max(0, ...waiting.map(({ phaseSince }) => now - phaseSince));

/** Ends that nobody was told of: told within minutes, if they can be. */
export const notificationFact = async (ends: Pick<JobEnds, 'untold'>, now: number): Promise<HealthFact> => {
  const late: string[] = [];
  let oldest = 0;
  for await (const { job } of everyItem((page) => ends.untold(page))) {
    const since = now - (job.endedAt ?? now);
    if (!isTerminal(job.state) || job.endTold === job.attempt || since < TOLD_WITHIN_MS) continue;
    late.push(`${job.jobId} (of ${job.tenantId}) ended ${ageInWords(since)} ago`);
    oldest = Math.max(oldest, since);
  }
  const metrics = { NotificationsWaiting: late.length, LongestUntoldSeconds: seconds(oldest) };
  return late.length === 0
    ? fact('notifications', 'ok', 'every job’s end was told', metrics)
    : fact('notifications', 'bad', `the ends of ${counted(late.length, 'job')} could not be told yet`, metrics, late);
};

const TOLD_WITHIN_MS = 15 * 60_000;
