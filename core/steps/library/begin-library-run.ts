import type { LibraryRunId } from '../../contracts/ids.ts';
import type { LibraryRunRef } from '../../contracts/library-runs.ts';
import { Conflict, TransientFailure } from '../../domain/errors.ts';
import { jobError } from '../../domain/job-error.ts';
import { type LibraryRun, needsLibraryAlone, OPEN_RUN_STATES } from '../../domain/library-run.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Executions } from '../../ports/control.ts';
import { refuseWhileTenantIsRemoved } from '../api/refuse-while-removed.ts';

export interface LibraryRunDeps {
  readonly catalog: Pick<Catalog, 'libraryRuns' | 'hypervisors'>;
  readonly executions: Pick<Executions, 'start' | 'status' | 'stop'>;
  readonly clock: Clock;
}

/** Longer than any function runs: whoever made a record, and no execution for it, has ended. */
const FORGOTTEN_MS = 10 * 60_000;

/** The record first: an execution without one would find nothing to do. False if there is a run of that id. */
export const beginLibraryRun = async (
  { catalog, executions, clock }: LibraryRunDeps,
  run: LibraryRun,
): Promise<boolean> => {
  const { runId, tenantId } = run;
  if (!(await catalog.libraryRuns.add(run))) {
    const there = await catalog.libraryRuns.get(tenantId, runId);
    // whoever made it may have ended before it was started
    if (there?.state !== 'queued' || there.executionArn !== undefined) return false;
  }
  try {
    await refuseWhileTenantIsRemoved(catalog, tenantId);
    const input: LibraryRunRef = { runId, tenantId };
    const { executionArn } = await executions.start('library-run', runId, input);
    await catalog.libraryRuns.update(tenantId, runId, { executionArn }, [...OPEN_RUN_STATES, 'completed', 'failed']);
    return true;
  } catch (cause) {
    if (cause instanceof TransientFailure) throw cause;
    const message = `The run could not be started: ${cause instanceof Error ? cause.message : String(cause)}`;
    const error = jobError(cause instanceof Error ? cause.name : 'Error', message.slice(0, 1_000));
    await catalog.libraryRuns.update(tenantId, runId, { state: 'failed', endedAt: clock.now(), error }, ['queued']);
    throw cause;
  }
};

/** The tenant's runs that are open, the newest first. Those whose execution has ended, or never began, are said to have failed. */
export const openLibraryRuns = async (deps: LibraryRunDeps, tenantId: string): Promise<readonly LibraryRun[]> => {
  const open: LibraryRun[] = [];
  for (const run of await deps.catalog.libraryRuns.openOf(tenantId)) if (!(await endIfOver(deps, run))) open.push(run);
  return open;
};

/** An open run whose execution has ended, or never began, is said to have failed. False: it goes on. */
export const endIfOver = async ({ catalog, executions, clock }: LibraryRunDeps, run: LibraryRun): Promise<boolean> => {
  const status = await executions.status('library-run', run.runId);
  if (status === 'RUNNING' || (status === undefined && clock.now() - run.createdAt < FORGOTTEN_MS)) return false;
  await fail(catalog, clock, run, `its execution ${status === undefined ? 'was never started' : `is ${status}`}`);
  return true;
};

const fail = async (
  { libraryRuns }: Pick<Catalog, 'libraryRuns'>,
  clock: Clock,
  { tenantId, serviceId, runId }: LibraryRun,
  why: string,
): Promise<void> => {
  const error = jobError('Error', `The run ended without saying how: ${why}`);
  await libraryRuns.update(tenantId, runId, { state: 'failed', endedAt: clock.now(), error }, OPEN_RUN_STATES);
  await libraryRuns.letGo(tenantId, serviceId, runId);
};

/** Errors: Conflict. `open`: of the tenant; `ours`: of a run that was asked for before, under the same key. */
export const refuseBesideOthers = (
  open: readonly LibraryRun[],
  run: Pick<LibraryRun, 'task' | 'planOnly' | 'serviceId'>,
  ours: LibraryRunId,
): void => {
  if (!needsLibraryAlone(run)) return;
  const other = open.find(
    (each) =>
      each.runId !== ours &&
      each.serviceId === run.serviceId &&
      needsLibraryAlone(each) &&
      // a prune that waits does nothing: a repair may come between
      (each.state !== 'waiting' || run.task === 'prune'),
  );
  if (!other) return;
  throw new Conflict(`The ${other.task} ${other.runId} of this library is ${other.state}.`, {
    remedy: `Wait until it has ended, or cancel it: holdfast library cancel ${other.runId}`,
  });
};
