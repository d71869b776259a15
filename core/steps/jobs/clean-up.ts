import type { CleanUpInput, CleanUpOutput } from '../../contracts/steps.ts';
import { NotFound } from '../../domain/errors.ts';
import { isOpen, type Job, OPEN_STATES, SUSPENDABLE_STATES } from '../../domain/job.ts';
import { jobError } from '../../domain/job-error.ts';
import { judge } from '../../domain/job-verdict.ts';
import { attemptName } from '../../domain/protected-instance.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Executions, Sha256 } from '../../ports/control.ts';
import type { TenantScopes } from '../../ports/tenant-scope.ts';
import { thawFrozenGuests } from '../snapshot/thaw-frozen-guests.ts';
import { closeInstances } from './close-instances.ts';
import { effectsLeft, keepEffects } from './keep-effects.ts';
import { leftoversOf } from './leftovers.ts';
import { type OpenScope, undoEffects } from './undo-effects.ts';
import { resultsOf, undoReplaced } from './undo-replaced.ts';

interface Deps {
  readonly catalog: Catalog;
  readonly scopes: TenantScopes;
  readonly executions: Executions;
  readonly clock: Clock;
  readonly sha256: Sha256;
  /** Longer than any step runs: what was under way when its execution was stopped has ended by then. */
  readonly settleSeconds: number;
}

/** How long to wait for an execution that is just ending, and for what is under way in the tenant account. */
const RUNNING_SECONDS = 2;
const UNDERWAY_SECONDS = 5;

/**
 * Closes what an attempt left open, however it ended: StopExecution and a machine's timeout run no Catch. It may run
 * any number of times; what belongs to a committed recovery point or a finished restore stays. First come the records,
 * so that nothing of the attempt can begin or commit any more and no tenant's lost role can hold them up; then the
 * tenant's account. An execution that was stopped may have left a step under way: a second pass looks once more.
 */
export const createCleanUp =
  ({ catalog, scopes, executions, clock, sha256, settleSeconds }: Deps) =>
  async ({ jobId, attempt, tenantId, pass }: CleanUpInput): Promise<CleanUpOutput> => {
    const job = await catalog.jobs.get(tenantId, jobId);
    const tenant = await catalog.hypervisors.get(tenantId);
    if (!job || tenant?.kind !== 'tenant') throw new NotFound(`there is no job ${jobId} of ${tenantId}`);
    const status = await executions.status(job.type, attemptName(jobId, attempt));
    if (status === 'RUNNING') return { state: 'running', waitSeconds: RUNNING_SECONDS };

    for (const order of await catalog.orders.ofAttempt(jobId, attempt)) {
      if (order.state !== 'done' && order.state !== 'closed') await catalog.orders.close(order.orderId);
    }
    const openScope: OpenScope = (access) => scopes.open(tenant, jobId, { to: 'clean-up', ...access });
    // An instance of the tenant's own is as it was before its job has ended and its lease is given back.
    if (await isBeingPutBack(catalog, openScope, job, attempt, pass))
      return { state: 'running', waitSeconds: UNDERWAY_SECONDS };
    const leftovers = leftoversOf(job, attempt);
    const { committed: points, kept } = await closeInstances({ catalog, clock, sha256 }, job, attempt, leftovers);
    if (leftovers === 'keep') await keepEffects(catalog, job, attempt, kept);
    // It was cancelled while it was being suspended: what was kept is to go after all.
    if (!(await closeJob(catalog, clock, job, attempt, status))) return { state: 'running', waitSeconds: 0 };
    if (!(await thawFrozenGuests({ catalog, scopes, clock, sha256 }, job, attempt, tenant)))
      return { state: 'running', waitSeconds: UNDERWAY_SECONDS };
    const own = await catalog.effects.ofAttempt(jobId, attempt);
    const effects =
      leftovers === 'remove'
        ? [...own, ...(await effectsLeft(catalog, job, attempt))]
        : own.filter(({ state }) => state !== 'suspended');
    const committed = { points, forLater: kept, results: await resultsOf(catalog, jobId) };
    const isDone = await undoEffects(catalog, openScope, effects, committed, pass > 1);
    if (!isDone) return { state: 'running', waitSeconds: UNDERWAY_SECONDS };

    const wasStopped = status === 'ABORTED' || status === 'TIMED_OUT';
    return wasStopped && pass === 1
      ? { state: 'more', waitSeconds: settleSeconds }
      : { state: 'closed', waitSeconds: 0 };
  };

/** What resists (a lost role, say) holds no job open: it resists once more when everything is undone, and is told then. */
const isBeingPutBack = async (
  catalog: Catalog,
  openScope: OpenScope,
  { type, jobId }: Job,
  attempt: number,
  pass: number,
): Promise<boolean> => {
  if (type !== 'restore') return false;
  return !(await undoReplaced(catalog, openScope, jobId, attempt, pass > 1).catch(() => true));
};

/** False if the job has become another one meanwhile: look again. */
const closeJob = async (
  catalog: Catalog,
  clock: Clock,
  job: Job,
  attempt: number,
  status?: string,
): Promise<boolean> => {
  const { jobId, tenantId } = job;
  if (job.attempt !== attempt || !isOpen(job.state)) return true;
  // who stopped it may have said why (a deadline)
  const error =
    job.error ??
    jobError('States.Aborted', `the execution ended as ${status ?? 'never started'} without closing its job`);
  const verdict = judge(job, await catalog.jobs.instances(jobId), error);
  if (verdict.state === 'suspended') return catalog.jobs.update(tenantId, jobId, verdict, SUSPENDABLE_STATES);
  await catalog.jobs.update(tenantId, jobId, { ...verdict, endedAt: clock.now() }, OPEN_STATES);
  return true;
};
