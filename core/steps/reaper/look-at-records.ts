import type { Effect } from '../../domain/effect.ts';
import { recordsOf } from '../../domain/finding.ts';
import { isTerminal, type Job } from '../../domain/job.ts';
import { endOf, LONGEST_JOB_MS } from '../../domain/leftover.ts';
import { isOpenRun, type LibraryRun } from '../../domain/library-run.ts';
import { attemptName, type ProtectedInstance } from '../../domain/protected-instance.ts';
import type { RecoveryPoint } from '../../domain/recovery-point.ts';
import { allItems, everyItem } from '../../ports/every-item.ts';
import type { EndToSweep } from '../../ports/sweeps.ts';
import type { TenantLedger } from './ledger.ts';
import { type Found, findingAt, inWords, type Look, type Place } from './place.ts';
import type { ReaperDeps } from './reaper-deps.ts';

type Records = Extract<Place, { kind: 'records' }>;

/** Jobs whose records are read at the same time. */
const AT_ONCE = 8;
/** What jobs and library runs of one tenant have left open in the records. What cannot be read hides nothing else. */
export const lookAtRecords = async (
  deps: ReaperDeps,
  place: Records,
  ledger: TenantLedger,
  until: number,
): Promise<Look> => {
  const { catalog, clock, sha256 } = deps;
  const tenantId = place.tenant.hypervisorId;
  const found: Found[] = [];
  const swept: EndToSweep[] = [];
  let complete = true;
  /** Reads the records of a few at a time, for as long as there is time; false: of this one they were not read. */
  const lookAtEach = async <T>(
    all: readonly T[],
    naming: (each: T) => Naming,
    work: (each: T) => Promise<readonly Found[]>,
  ): Promise<void> => {
    for (let at = 0; at < all.length; at += AT_ONCE) {
      // The first of each are looked at in any case.
      if (at > 0 && clock.now() >= until) {
        complete = false;
        return;
      }
      const some = all.slice(at, at + AT_ONCE).map(async (each) => {
        try {
          found.push(...(await work(each)));
        } catch (error) {
          complete = false;
          found.push(unread(deps, naming(each), error));
        }
      });
      await Promise.all(some);
    }
  };
  await lookAtEach(
    await endedJobs(deps, tenantId),
    ({ job }) => ({ kind: 'unfinished-cleanup', subject: attemptName(job.jobId, job.attempt), jobId: job.jobId }),
    async (end) => {
      const left = await leftOpen(deps, ledger, end.job);
      if (left.length === 0 && endOf(end.job) + deps.settings.graceMs <= clock.now()) swept.push(end);
      return left;
    },
  );
  await lookAtEach(
    await catalog.jobs.openOf(tenantId),
    ({ jobId, attempt }) => ({ kind: 'stuck-job', subject: jobId, jobId, attempt }),
    (job) => stuckJob(deps, job),
  );
  await lookAtEach(
    ledger.instances.filter(({ owner }) => owner !== undefined),
    ({ instanceId }) => ({ kind: 'lease', subject: instanceId }),
    (instance) => lease(deps, ledger, instance),
  );
  await lookAtEach(
    ledger.points.filter(({ state }) => state === 'pending'),
    ({ recoveryPointId, jobId }) => ({ kind: 'pending-point', subject: recoveryPointId, jobId }),
    (point) => pendingPoint(deps, ledger, point),
  );
  await lookAtEach(
    (await allItems((page) => catalog.libraryRuns.list(tenantId, page))).filter(isOpenRun),
    ({ runId }) => ({ kind: 'library-run', subject: runId }),
    (run) => libraryRun(deps, run),
  );
  return { findings: found.map(findingAt(sha256, place)), complete, swept };
};

type Naming = Pick<Found, 'kind' | 'subject' | 'jobId' | 'attempt'>;

const unread = ({ clock }: ReaperDeps, naming: Naming, error: unknown): Found => ({
  ...naming,
  action: 'show',
  reason: `it could not be looked at: ${inWords(error)}`,
  dueAt: clock.now(),
});

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
 * That may have left something: first those past their grace, in the order of their ends, of which something is known already
 * behind the others; then the younger ones.
 */
const endedJobs = async (
  { catalog, clock, settings }: ReaperDeps,
  tenantId: string,
): Promise<readonly EndToSweep[]> => {
  const ends = (await allItems((page) => catalog.sweeps.ends(tenantId, page))).filter(({ job }) =>
    isTerminal(job.state),
  );
  const known = new Set((await catalog.findings.ofPlace(recordsOf(tenantId))).map(({ jobId }) => jobId));
  const rank = ({ job }: EndToSweep): number => {
    if (endOf(job) + settings.graceMs > clock.now()) return 2;
    return known.has(job.jobId) ? 1 : 0;
  };
  return ends.toSorted((a, b) => rank(a) - rank(b) || endOf(a.job) - endOf(b.job));
};

const pendingPoint = async (
  deps: ReaperDeps,
  ledger: TenantLedger,
  { jobId, recoveryPointId: subject }: RecoveryPoint,
): Promise<readonly Found[]> => {
  const job = await ledger.job(jobId);
  if (!job) return [unknownJob(deps, 'pending-point', subject)];
  if (!isTerminal(job.state)) return [];
  return [ended(deps, job, { kind: 'pending-point', subject, reason: `its job has ended (${job.state})` })];
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

const libraryRun = async (
  { executions, clock, settings }: ReaperDeps,
  { runId, state, createdAt }: LibraryRun,
): Promise<readonly Found[]> => {
  const status = await executions.status('library-run', runId);
  if (status === 'RUNNING') return [];
  const reason = `it is ${state}, but its execution ${status === undefined ? 'was never started' : `is ${status}`}`;
  const dueAt = status === undefined ? createdAt + settings.graceMs : clock.now();
  return [{ kind: 'library-run', subject: runId, reason, action: 'remove', dueAt }];
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
