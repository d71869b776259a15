import type { QuarantineView, ReleasedView } from '../../contracts/quarantine.ts';
import { Conflict } from '../../domain/errors.ts';
import { isOpen } from '../../domain/job.ts';
import type { Order } from '../../domain/order.ts';
import { type Quarantined, quarantineView } from '../../domain/quarantine.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { PageRequest } from '../../ports/page.ts';
import type { NextAttemptDeps } from '../jobs/next-attempt.ts';
import { createRetryJob } from '../jobs/retry-job.ts';
import { notFound } from './not-found.ts';

interface Deps {
  readonly catalog: Pick<Catalog, 'quarantine'>;
}

export type ReleaseDeps = NextAttemptDeps & Deps;

const read = async ({ catalog }: Deps, id: string): Promise<Quarantined> => {
  const item = await catalog.quarantine.get(id);
  if (!item) throw notFound('quarantined order or message', 'quarantinedId');
  return item;
};

export const createListQuarantine =
  ({ catalog }: Deps) =>
  async (page: PageRequest) => {
    const { items, next } = await catalog.quarantine.list(page);
    return { items: items.map(quarantineView), ...(next ? { next } : {}) };
  };

/** Errors: NotFound. */
export const createGetQuarantined =
  (deps: Deps) =>
  async (id: string): Promise<QuarantineView> =>
    quarantineView(await read(deps, id));

/**
 * Takes it out. With `tryAgain` what failed of an order's job is tried once more, in a new attempt with new orders; of a
 * library run the next one begins by itself. Where the job may not be tried again (it was cancelled, has not ended, its
 * tenant is being removed) the note says so, and it is out all the same. Errors: NotFound.
 */
export const createReleaseQuarantined = (deps: ReleaseDeps) => {
  const retryJob = createRetryJob(deps);
  const { jobs, hypervisors, quarantine } = deps.catalog;

  const retry = async ({ tenantId, jobId, attempt, kind }: Order): Promise<Pick<ReleasedView, 'retries' | 'note'>> => {
    if (kind === 'maintain-library') return { note: 'Start the library run anew, or leave it to the schedule.' };
    const job = await jobs.get(tenantId, jobId);
    const tenant = await hypervisors.get(tenantId);
    if (!job || tenant?.kind !== 'tenant') return { note: 'Its job is not there any more.' };
    if (job.attempt > attempt) return { note: `Its job is at attempt ${job.attempt} by now.` };
    if (job.state === 'cancelled') return { note: 'Its job was cancelled, and is not tried again.' };
    if (isOpen(job.state)) return { note: `Its job is ${job.state}: retry it once it has ended.` };
    try {
      await retryJob(tenant, { kind: 'operator' }, jobId);
    } catch (error) {
      if (error instanceof Conflict) return { note: `Its job is not tried again: ${error.message}` };
      throw error;
    }
    return { retries: jobId };
  };

  return async (id: string, tryAgain: boolean): Promise<ReleasedView> => {
    const item = await read(deps, id);
    const retried = item.kind === 'order' && tryAgain ? await retry(item.order) : {};
    await quarantine.release(id);
    return { id, ...retried };
  };
};
