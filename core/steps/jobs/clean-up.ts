import type { CleanUpInput, CleanUpOutput } from '../../contracts/steps.ts';
import { NotFound } from '../../domain/errors.ts';
import { isTerminal, type Job } from '../../domain/job.ts';
import { jobError } from '../../domain/job-error.ts';
import { attemptName } from '../../domain/protected-instance.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Executions } from '../../ports/control.ts';
import type { TenantScopes } from '../../ports/tenant-scope.ts';
import { closeInstances } from './close-instances.ts';
import { judge } from './close-job.ts';
import { undoEffects } from './undo-effects.ts';

interface Deps {
  readonly catalog: Catalog;
  readonly scopes: TenantScopes;
  readonly executions: Executions;
  readonly clock: Clock;
  /** Longer than any step runs: what was under way when its execution was stopped has ended by then. */
  readonly settleSeconds: number;
}

/** How long to wait for an execution that is just ending. */
const RUNNING_SECONDS = 2;

/**
 * Closes what an attempt left open, however it ended: StopExecution and a machine's timeout run no Catch. It may run
 * any number of times; what belongs to a committed recovery point or a finished restore stays. First come the records,
 * so that nothing of the attempt can begin or commit any more and no tenant's lost role can hold them up; then the
 * tenant's account. An execution that was stopped may have left a step under way: a second pass looks once more.
 */
export const createCleanUp =
  ({ catalog, scopes, executions, clock, settleSeconds }: Deps) =>
  async ({ jobId, attempt, tenantId, pass }: CleanUpInput): Promise<CleanUpOutput> => {
    const job = await catalog.jobs.get(tenantId, jobId);
    const tenant = await catalog.hypervisors.get(tenantId);
    if (!job || tenant?.kind !== 'tenant') throw new NotFound(`there is no job ${jobId} of ${tenantId}`);
    const status = await executions.status(job.type, attemptName(jobId, attempt));
    if (status === 'RUNNING') return { state: 'running', waitSeconds: RUNNING_SECONDS };

    for (const order of await catalog.orders.ofAttempt(jobId, attempt)) {
      if (order.state !== 'done' && order.state !== 'closed') await catalog.orders.close(order.orderId);
    }
    const committed = await closeInstances(catalog, clock, job, attempt);
    await closeJob(catalog, clock, job, attempt, status);
    const scope = await scopes.open(tenant, jobId);
    await undoEffects(catalog, scope, await catalog.effects.ofAttempt(jobId, attempt), committed, pass > 1);

    const wasStopped = status === 'ABORTED' || status === 'TIMED_OUT';
    return wasStopped && pass === 1
      ? { state: 'more', waitSeconds: settleSeconds }
      : { state: 'closed', waitSeconds: 0 };
  };

const closeJob = async (catalog: Catalog, clock: Clock, job: Job, attempt: number, status?: string): Promise<void> => {
  if (job.attempt !== attempt || isTerminal(job.state)) return;
  const error = jobError(
    'States.Aborted',
    `the execution ended as ${status ?? 'never started'} without closing its job`,
  );
  const verdict = judge(job, await catalog.jobs.instances(job.jobId), error);
  const open = ['queued', 'running', 'cancelling'] as const;
  await catalog.jobs.update(job.tenantId, job.jobId, { ...verdict, endedAt: clock.now() }, open);
};
