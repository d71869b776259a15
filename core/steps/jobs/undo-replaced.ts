import type { HypervisorId, JobId } from '../../contracts/ids.ts';
import type { Effect } from '../../domain/effect.ts';
import { TransientFailure } from '../../domain/errors.ts';
import type { RestoreResult } from '../../domain/job.ts';
import { attemptName } from '../../domain/protected-instance.ts';
import { belongsToResult } from '../../domain/restore-result.ts';
import type { Catalog } from '../../ports/catalog.ts';
import { detachAttached } from './detach-attached.ts';
import { putBack } from './put-back.ts';
import type { OpenScope } from './undo-effects.ts';

export interface StoppedRestore {
  readonly jobId: JobId;
  readonly attempt: number;
  readonly tenantId: HypervisorId;
  /** A step of it may be under way: what is put back now may be changed once more. */
  readonly mayStillChange: boolean;
  /** Looks for what was detached before, too. */
  readonly again: boolean;
}

/**
 * One look at the tenant's own instance whose volumes an unfinished restore replaces or adds to, and what can be asked
 * for now to have it as it was. True: it is. Errors: VolumeFailed, TenantAccessLost, LaunchFailed, InstanceNotFound
 * (something resists), TransientFailure.
 */
export const undoReplaced = async (
  catalog: Catalog,
  openScope: OpenScope,
  { jobId, attempt, tenantId, mayStillChange, again }: StoppedRestore,
): Promise<boolean> => {
  const results = await resultsOf(catalog, jobId);
  let done = true;
  for (const effect of await catalog.effects.ofAttempt(jobId, attempt)) {
    const { kind, state, before } = effect;
    if ((kind !== 'replaced-volumes' && kind !== 'attached-volumes') || !before) continue;
    // That something is put back is noted when no step can change it any more: from then on it is the tenant's own again.
    const isOver = state === 'kept' || (state === 'undone' && (kind === 'replaced-volumes' || !again));
    if (isOver) continue;
    if (results.some((result) => belongsToResult(effect, result))) {
      await catalog.effects.update(effect, { state: 'kept' });
      continue;
    }
    const isOurs = kind === 'attached-volumes' || (await isHeldStill(catalog, tenantId, effect));
    if (isOurs) {
      const scope = await openScope({ instanceId: before.instanceId });
      const undo = kind === 'replaced-volumes' ? putBack : detachAttached;
      if (!(await notYetIfTransient(undo(scope, effect)))) {
        done = false;
        continue;
      }
    }
    if (kind === 'attached-volumes' || !mayStillChange) await catalog.effects.update(effect, { state: 'undone' });
  }
  return done;
};

/**
 * Whether the attempt holds the instance, or did last. What resisted is tried again after the job has ended and the lease
 * is given back; once another job has worked on the instance, how it was before is of no use any more.
 */
const isHeldStill = async (
  catalog: Catalog,
  tenantId: HypervisorId,
  { jobId, attempt, before }: Effect,
): Promise<boolean> => {
  const record = before && (await catalog.instances.get(tenantId, before.instanceId));
  if (record?.owner !== undefined) return record.owner === attemptName(jobId, attempt);
  return record !== undefined && record.fence === before?.fence;
};

/** A volume or instance that is just changing its state refuses the next move: it is looked at again. */
const notYetIfTransient = (work: Promise<boolean>): Promise<boolean> =>
  work.catch((error: unknown) => {
    if (error instanceof TransientFailure) return false;
    throw error;
  });

export const resultsOf = async (catalog: Catalog, jobId: JobId): Promise<readonly RestoreResult[]> =>
  (await catalog.jobs.instances(jobId)).flatMap(({ phase, result }) => (phase === 'done' && result ? [result] : []));
