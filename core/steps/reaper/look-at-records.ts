import type { Effect } from '../../domain/effect.ts';
import { recordsOf } from '../../domain/finding.ts';
import { isTerminal, type Job } from '../../domain/job.ts';
import { endOf, LONGEST_JOB_MS } from '../../domain/leftover.ts';
import { isOpenRun } from '../../domain/library-run.ts';
import { attemptName, type ProtectedInstance } from '../../domain/protected-instance.ts';
import { allItems, everyItem } from '../../ports/every-item.ts';
import type { TenantLedger } from './ledger.ts';
import { type Found, findingAt, type Look, type Place } from './place.ts';
import type { ReaperDeps } from './reaper-deps.ts';

type Records = Extract<Place, { kind: 'records' }>;

/** Of a job that is begun this long after it was asked for, nobody hears any more: the tick starts it, or it is ended. */
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Jobs whose records are read at the same time. */
const AT_ONCE = 8;
/** Before the first look ever. */
const FIRST_LOOK_MS = 30 * DAY;

/** What jobs and library runs of one tenant have left open in the records. */
export const lookAtRecords = async (
  deps: ReaperDeps,
  place: Records,
  ledger: TenantLedger,
  until: number,
): Promise<Look> => {
  const { catalog, clock, sha256, settings } = deps;
  const tenantId = place.tenant.hypervisorId;
  const found: Found[] = [];
  const open = await catalog.jobs.openOf(tenantId);
  for (const job of open) found.push(...(await stuckJob(deps, job)));
  for (const instance of ledger.instances) found.push(...(await lease(deps, ledger, instance)));
  for (const point of ledger.points) {
    if (point.state !== 'pending') continue;
    const job = await ledger.job(point.jobId);
    if (!job) found.push(unknownJob(deps, 'pending-point', point.recoveryPointId));
    else if (isTerminal(job.state))
      found.push(
        ended(deps, job, {
          kind: 'pending-point',
          subject: point.recoveryPointId,
          reason: `its job has ended (${job.state})`,
        }),
      );
  }
  found.push(...(await libraryRuns(deps, tenantId)));
  const { fresh, before } = await endedJobs(deps, ledger, tenantId);
  const jobs = [...fresh, ...before];
  for (let at = 0; at < jobs.length; at += AT_ONCE) {
    const some = jobs.slice(at, at + AT_ONCE);
    found.push(...(await Promise.all(some.map((job) => leftOpen(deps, ledger, job)))).flat());
    if (at + AT_ONCE >= jobs.length || clock.now() < until) continue;
    // The next look goes on with those that ended later.
    const next = fresh[at + AT_ONCE];
    const reached = next && { reached: endOf(next) + settings.graceMs + HOUR };
    return { findings: found.map(findingAt(sha256, place)), complete: false, ...reached };
  }
  return { findings: found.map(findingAt(sha256, place)), complete: true };
};

const ended = ({ settings }: ReaperDeps, job: Job, about: Omit<Found, 'action' | 'dueAt' | 'jobId'>): Found => ({
  attempt: job.attempt,
  ...about,
  action: 'remove',
  jobId: job.jobId,
  dueAt: endOf(job) + settings.graceMs,
});

const unknownJob = ({ clock }: ReaperDeps, kind: Found['kind'], subject: string): Found => ({
  kind,
  subject,
  reason: 'it names a job that is not known here',
  action: 'show',
  dueAt: clock.now(),
});

/** An execution's end starts its cleanup: where that was lost, or has failed, the job stays open for ever. */
const stuckJob = async ({ executions, clock, settings }: ReaperDeps, job: Job): Promise<readonly Found[]> => {
  const { jobId, attempt, type, createdAt, startedAt = createdAt, reopenedAt = createdAt } = job;
  const status = await executions.status(type, attemptName(jobId, attempt));
  if (status === 'RUNNING') return [];
  const about = { kind: 'stuck-job', subject: jobId, jobId, attempt, action: 'remove' } as const;
  if (status !== undefined)
    return [{ ...about, reason: `it is ${job.state}, but its execution is ${status}`, dueAt: clock.now() }];
  // The tick starts what was not; past the grace it is ended.
  const reason = `it is ${job.state}, but has no execution`;
  return [{ ...about, reason, dueAt: Math.max(startedAt, reopenedAt) + settings.graceMs }];
};

const lease = async (
  deps: ReaperDeps,
  ledger: TenantLedger,
  { owner, instanceId }: ProtectedInstance,
): Promise<readonly Found[]> => {
  if (owner === undefined) return [];
  const cut = owner.lastIndexOf('-');
  const job = await ledger.job(owner.slice(0, cut));
  const attempt = Number(owner.slice(cut + 1));
  if (!job) return [unknownJob(deps, 'lease', instanceId)];
  if (isTerminal(job.state) || job.attempt > attempt)
    return [
      ended(deps, job, { kind: 'lease', subject: instanceId, attempt, reason: `${owner} holds it, and is over` }),
    ];
  return [];
};

/**
 * `fresh`: those that had not been past their grace at the last look, in the order of their ends; `before`: of which
 * something was found then.
 */
const endedJobs = async (
  { catalog, clock, settings }: ReaperDeps,
  ledger: TenantLedger,
  tenantId: string,
): Promise<{ readonly fresh: readonly Job[]; readonly before: readonly Job[] }> => {
  const last = await catalog.sweeps.lastLook(tenantId);
  const since = last ? last.at - settings.graceMs - HOUR : clock.now() - FIRST_LOOK_MS;
  const jobs = new Map<string, Job>();
  for await (const job of everyItem((page) => catalog.jobs.list(tenantId, page))) {
    if (job.createdAt < since - LONGEST_JOB_MS) break;
    if (isTerminal(job.state) && endOf(job) >= since) jobs.set(job.jobId, job);
  }
  const before: Job[] = [];
  for (const jobId of new Set((await catalog.findings.ofPlace(recordsOf(tenantId))).map((each) => each.jobId))) {
    const job = jobId === undefined || jobs.has(jobId) ? undefined : await ledger.job(jobId);
    if (job && isTerminal(job.state)) before.push(job);
  }
  return { fresh: [...jobs.values()].sort((a, b) => endOf(a) - endOf(b)), before };
};

const leftOpen = async (deps: ReaperDeps, ledger: TenantLedger, job: Job): Promise<readonly Found[]> => {
  const { catalog } = deps;
  const found: Found[] = [];
  for (let attempt = 1; attempt <= job.attempt; attempt++) {
    for (const { orderId, state } of await catalog.orders.ofAttempt(job.jobId, attempt)) {
      // what is quarantined is an operator's to look at: nobody may claim it
      if (state === 'done' || state === 'closed' || state === 'quarantined') continue;
      found.push(
        ended(deps, job, { kind: 'open-order', subject: orderId, attempt, reason: `${state}, and its job has ended` }),
      );
    }
    const undone = (await ledger.effects(job.jobId, attempt)).filter(isToBePutBack);
    const copying = ledger.points.some(
      (point) => point.jobId === job.jobId && point.attempt === attempt && point.regionCopy?.state === 'copying',
    );
    const why = [...new Set(undone.map(({ kind }) => kind)), ...(copying ? ['a copy in another region'] : [])];
    if (why.length === 0) continue;
    const reason = `its job has ended, and this was not put back: ${why.join(', ')}`;
    found.push(
      ended(deps, job, { kind: 'unfinished-cleanup', subject: attemptName(job.jobId, attempt), attempt, reason }),
    );
  }
  return found;
};

/** What is not a thing with tags: a guest that holds still, an instance of the tenant's own that was changed. */
const isToBePutBack = ({ kind, state, resourceIds }: Effect): boolean => {
  if (kind === 'replaced-volumes' || kind === 'attached-volumes') return state === 'intended' || state === 'made';
  // a note of a command, or one that was never sent, holds nothing still
  return kind === 'guest-command' && state === 'made' && resourceIds.length > 0;
};

const libraryRuns = async ({ catalog, executions, clock, settings }: ReaperDeps, tenantId: string) => {
  const found: Found[] = [];
  const runs = await allItems((page) => catalog.libraryRuns.list(tenantId, page));
  for (const { runId, state, createdAt } of runs.filter(isOpenRun)) {
    const status = await executions.status('library-run', runId);
    if (status === 'RUNNING') continue;
    const reason = `it is ${state}, but its execution ${status === undefined ? 'was never started' : `is ${status}`}`;
    const dueAt = status === undefined ? createdAt + settings.graceMs : clock.now();
    found.push({ kind: 'library-run', subject: runId, reason, action: 'remove', dueAt });
  }
  return found;
};

/** Every region in which jobs may have made something for the tenant. */
export const regionsOf = async (
  { catalog }: Pick<ReaperDeps, 'catalog'>,
  { tenant }: Records,
  { points }: Pick<TenantLedger, 'points'>,
): Promise<readonly string[]> => {
  const { hypervisorId, region } = tenant;
  const last = await catalog.sweeps.lastLook(hypervisorId);
  const regions = new Set([region, ...(last?.regions ?? [])]);
  for (const { regionCopy } of points) if (regionCopy) regions.add(regionCopy.region);
  for await (const { request, createdAt } of everyItem((page) => catalog.jobs.list(hypervisorId, page))) {
    if (last && createdAt < last.at - LONGEST_JOB_MS) break;
    if (request.type === 'snapshot' && request.copyToRegion !== undefined) regions.add(request.copyToRegion);
  }
  return [...regions].sort();
};
