import type { Effect } from '../../domain/effect.ts';
import type { Job } from '../../domain/job.ts';
import type { Catalog } from '../../ports/catalog.ts';

/**
 * Marks what a suspended attempt has made in the tenant's account that the next one can go on with: the snapshots of
 * recovery points that are kept, and a restore's snapshots that nodes have begun to fill.
 */
export const keepEffects = async (
  catalog: Catalog,
  { jobId, type }: Job,
  attempt: number,
  keptPoints: readonly { readonly volumes: readonly { readonly snapshotId: string }[] }[],
): Promise<void> => {
  const snapshots = new Set(keptPoints.flatMap(({ volumes }) => volumes.map(({ snapshotId }) => snapshotId)));
  const isRestored = type === 'restore' && (await catalog.jobs.instances(jobId)).every(({ phase }) => phase === 'done');
  const isKept = ({ kind, resourceIds }: Effect): boolean => {
    if (kind === 'pending-snapshot') return resourceIds.length > 0 && !isRestored;
    return kind === 'snapshots' && resourceIds.some((id) => snapshots.has(id));
  };
  for (const effect of await catalog.effects.ofAttempt(jobId, attempt)) {
    if (effect.state === 'made' && isKept(effect)) await catalog.effects.update(effect, { state: 'suspended' });
  }
};

/** What earlier attempts have kept and no attempt has gone on with. */
export const effectsLeft = async (catalog: Catalog, { jobId }: Job, before: number): Promise<readonly Effect[]> => {
  const left: Effect[] = [];
  for (let attempt = before - 1; attempt >= 1; attempt -= 1) {
    const effects = await catalog.effects.ofAttempt(jobId, attempt);
    left.push(...effects.filter(({ state }) => state === 'suspended'));
  }
  return left;
};
