import type { LibraryRunId } from '../../contracts/ids.ts';
import type { LibraryRunView } from '../../contracts/library-runs.ts';
import { Conflict } from '../../domain/errors.ts';
import type { TenantHypervisor } from '../../domain/hypervisor.ts';
import { isOpenRun, type LibraryRun, libraryRunView, OPEN_RUN_STATES } from '../../domain/library-run.ts';
import type { PageRequest } from '../../ports/page.ts';
import type { LibraryRunDeps } from '../library/begin-library-run.ts';
import { notFound } from './not-found.ts';

type Deps = Pick<LibraryRunDeps, 'catalog' | 'executions' | 'clock'>;

const read = async ({ catalog }: Pick<Deps, 'catalog'>, tenantId: string, runId: LibraryRunId): Promise<LibraryRun> => {
  const run = await catalog.libraryRuns.get(tenantId, runId);
  if (!run) throw notFound('library run', 'runId');
  return run;
};

/** Newest first. */
export const createListLibraryRuns =
  ({ catalog }: Pick<Deps, 'catalog'>) =>
  async (tenant: TenantHypervisor, page: PageRequest) => {
    const { items, next } = await catalog.libraryRuns.list(tenant.hypervisorId, page);
    return { items: items.map(libraryRunView), ...(next ? { next } : {}) };
  };

/** Errors: NotFound. */
export const createGetLibraryRun =
  (deps: Pick<Deps, 'catalog'>) =>
  async (tenant: TenantHypervisor, runId: LibraryRunId): Promise<LibraryRunView> =>
    libraryRunView(await read(deps, tenant.hypervisorId, runId));

/**
 * Ends it at once: the node that works on it stops with its next call, and what it holds of the library another run may
 * take over (the library's own lease tells the two apart). Nothing is lost by it, whatever it was at.
 * Errors: NotFound, Conflict (it has ended).
 */
export const createCancelLibraryRun =
  (deps: Deps) =>
  async (tenant: TenantHypervisor, runId: LibraryRunId): Promise<LibraryRunView> => {
    const { catalog, executions, clock } = deps;
    const run = await read(deps, tenant.hypervisorId, runId);
    const { tenantId, serviceId } = run;
    const change = { state: 'cancelled', endedAt: clock.now() } as const;
    const cancelled = isOpenRun(run) && (await catalog.libraryRuns.update(tenantId, runId, change, OPEN_RUN_STATES));
    const now = await read(deps, tenantId, runId);
    // asked again, it does what may have been missed the first time
    if (!cancelled && now.state !== 'cancelled') {
      throw new Conflict(`This run has ended (${now.state}): there is nothing to cancel.`, {
        remedy: 'Nothing has to be done.',
      });
    }
    await executions.stop('library-run', runId, 'JobCancelled', 'It was cancelled.');
    await catalog.libraryRuns.letGo(tenantId, serviceId, runId);
    return libraryRunView(now);
  };
