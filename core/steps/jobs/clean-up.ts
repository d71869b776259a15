import type { CleanUpInput, CleanUpOutput } from '../../contracts/steps.ts';
import { HoldfastError, NotFound, TransientFailure } from '../../domain/errors.ts';
import { isOpen, type Job, OPEN_STATES, SUSPENDABLE_STATES } from '../../domain/job.ts';
import { judge } from '../../domain/job-verdict.ts';
import { attemptName } from '../../domain/protected-instance.ts';
import { errorOfUnclosed } from '../../domain/unclosed-job.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ExecutionState, Executions, Sha256 } from '../../ports/control.ts';
import type { TenantScopes } from '../../ports/tenant-scope.ts';
import { thawFrozenGuests } from '../snapshot/thaw-frozen-guests.ts';
import { countAttempt } from '../usage/count-attempt.ts';
import type { TellUncounted } from '../usage/tell-uncounted.ts';
import { closeInstances, endRestore } from './close-instances.ts';
import { effectsLeft, keepEffects } from './keep-effects.ts';
import { leftoversOf } from './leftovers.ts';
import { type OpenScope, undoEffects } from './undo-effects.ts';
import { resultsOf, type StoppedRestore, undoReplaced } from './undo-replaced.ts';

interface Deps {
  readonly catalog: Catalog;
  readonly scopes: TenantScopes;
  readonly executions: Executions;
  readonly clock: Clock;
  readonly sha256: Sha256;
  /** Longer than any step runs: what was under way when its execution was stopped has ended by then. */
  readonly settleSeconds: number;
  readonly tellUncounted: TellUncounted;
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
  ({ catalog, scopes, executions, clock, sha256, settleSeconds, tellUncounted }: Deps) =>
  async ({ jobId, attempt, tenantId, pass }: CleanUpInput): Promise<CleanUpOutput> => {
    const job = await catalog.jobs.get(tenantId, jobId);
    const tenant = await catalog.hypervisors.get(tenantId);
    if (!job || tenant?.kind !== 'tenant') throw new NotFound(`there is no job ${jobId} of ${tenantId}`);
    const execution = await executions.state(job.type, attemptName(jobId, attempt));
    const status = execution?.status;
    if (status === 'RUNNING') return { state: 'running', waitSeconds: RUNNING_SECONDS };

    for (const order of await catalog.orders.ofAttempt(jobId, attempt)) {
      if (order.state !== 'done' && order.state !== 'closed') await catalog.orders.close(order.orderId);
    }
    const openScope: OpenScope = (access) => scopes.open(tenant, jobId, { to: 'clean-up', ...access });
    const wasStopped = status === 'ABORTED' || status === 'TIMED_OUT';
    const mayStillChange = wasStopped && pass === 1;
    // From here on no restore is done that is not done now: what the tenant gets is decided before anything is put back.
    if (job.type === 'restore') await endRestore(catalog, clock, job, attempt);
    // An instance of the tenant's own is as it was before its job has ended and its lease is given back.
    const asItWas = await putBackReplaced(catalog, openScope, {
      jobId,
      attempt,
      tenantId,
      mayStillChange,
      again: pass > 1,
    });
    if (asItWas === false) return { state: 'running', waitSeconds: UNDERWAY_SECONDS };
    if (mayStillChange && (await holdsItsInstance(catalog, job, attempt)))
      return { state: 'more', waitSeconds: settleSeconds };
    const leftovers = leftoversOf(job, attempt);
    const { committed: points, kept } = await closeInstances({ catalog, clock, sha256 }, job, attempt, leftovers);
    if (leftovers === 'keep') await keepEffects(catalog, job, attempt, kept);
    // It was cancelled while it was being suspended: what was kept is to go after all.
    if (!(await closeJob(catalog, clock, job, attempt, execution))) return { state: 'running', waitSeconds: 0 };
    if (!(await thawFrozenGuests({ catalog, scopes, clock, sha256 }, job, attempt, tenant)))
      return { state: 'running', waitSeconds: UNDERWAY_SECONDS };
    const own = await catalog.effects.ofAttempt(jobId, attempt);
    const effects =
      leftovers === 'remove'
        ? [...own, ...(await effectsLeft(catalog, job, attempt))]
        : own.filter(({ state }) => state !== 'suspended');
    const committed = { points, forLater: kept, results: await resultsOf(catalog, jobId) };
    const isDone = await undoEffects(catalog, openScope, effects, committed, pass > 1);
    if (asItWas !== true) throw new TransientFailure(asItWas.message, { cause: asItWas });
    if (!isDone) return { state: 'running', waitSeconds: UNDERWAY_SECONDS };

    await countAttempt({ catalog, clock, tellUncounted }, { tenantId, jobId, attempt });
    return mayStillChange ? { state: 'more', waitSeconds: settleSeconds } : { state: 'closed', waitSeconds: 0 };
  };

/**
 * Whether the tenant's own instance is as it was, or what resists (a lost role, an old volume that is gone): that holds
 * no job open; it is tried again when everything else is undone, and told then. Errors: TransientFailure.
 */
const putBackReplaced = (
  catalog: Catalog,
  openScope: OpenScope,
  restore: StoppedRestore,
): Promise<boolean | HoldfastError> =>
  undoReplaced(catalog, openScope, restore).catch((error: unknown) => {
    if (error instanceof HoldfastError && !(error instanceof TransientFailure)) return error;
    throw error;
  });

/**
 * Whether a step that is under way may change the tenant's own instance: then job and lease are kept until it has ended
 * and the instance was looked at once more. Until then nobody else works on it, and nothing is called undone.
 */
const holdsItsInstance = async (
  catalog: Catalog,
  { type, jobId, tenantId }: Job,
  attempt: number,
): Promise<boolean> => {
  if (type !== 'restore') return false;
  for (const { instanceId, phase } of await catalog.jobs.instances(jobId)) {
    const record = phase === 'done' ? undefined : await catalog.instances.get(tenantId, instanceId);
    if (record?.owner === attemptName(jobId, attempt)) return true;
  }
  return false;
};

/** False if the job has become another one meanwhile: look again. */
const closeJob = async (
  catalog: Catalog,
  clock: Clock,
  job: Job,
  attempt: number,
  execution?: ExecutionState,
): Promise<boolean> => {
  const { jobId, tenantId } = job;
  if (job.attempt !== attempt || !isOpen(job.state)) return true;
  const instances = await catalog.jobs.instances(jobId);
  // A restore that failed leaves its job open where it could not put back what it had replaced.
  const isTold =
    job.type === 'restore' && execution?.status === 'FAILED' && instances.some((child) => child.error !== undefined);
  // who stopped it may have said why (a deadline)
  const error = job.error ?? (isTold ? undefined : errorOfUnclosed(execution));
  const verdict = judge(job, instances, error);
  if (verdict.state === 'suspended') return catalog.jobs.update(tenantId, jobId, verdict, SUSPENDABLE_STATES);
  await catalog.jobs.update(tenantId, jobId, { ...verdict, endedAt: clock.now() }, OPEN_STATES);
  return true;
};
