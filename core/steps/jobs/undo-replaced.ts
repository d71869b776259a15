import type { JobId } from '../../contracts/ids.ts';
import type { RestoreResult } from '../../domain/job.ts';
import type { Catalog } from '../../ports/catalog.ts';
import { type OpenScope, undoEffects } from './undo-effects.ts';

/**
 * One look at the tenant's own instance whose volumes an unfinished restore replaces or adds to, and what can be asked
 * for now to have it as it was. True: it is. Errors: TransientFailure.
 */
export const undoReplaced = async (
  catalog: Catalog,
  openScope: OpenScope,
  jobId: JobId,
  attempt: number,
  again: boolean,
): Promise<boolean> => {
  const effects = await catalog.effects.ofAttempt(jobId, attempt);
  const replaced = effects.filter(({ kind }) => kind === 'replaced-volumes' || kind === 'attached-volumes');
  return undoEffects(catalog, openScope, replaced, { points: [], results: await resultsOf(catalog, jobId) }, again);
};

export const resultsOf = async (catalog: Catalog, jobId: JobId): Promise<readonly RestoreResult[]> =>
  (await catalog.jobs.instances(jobId)).flatMap(({ phase, result }) => (phase === 'done' && result ? [result] : []));
