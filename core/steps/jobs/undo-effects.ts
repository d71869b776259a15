import { type Effect, TAG } from '../../domain/effect.ts';
import { TransientFailure } from '../../domain/errors.ts';
import type { RestoreResult } from '../../domain/job.ts';
import { strangerTo } from '../../domain/leftover.ts';
import type { RecoveryPoint } from '../../domain/recovery-point.ts';
import { belongsToResult } from '../../domain/restore-result.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { TenantAccess, TenantScope } from '../../ports/tenant-scope.ts';
import { leaveOneSnapshot } from '../backup/leave-one-snapshot.ts';
import { removeVolumes } from './remove-volumes.ts';

/**
 * What is attached comes off before it is deleted, and a snapshot that an image names cannot be deleted. A command in the
 * guest is not in the list, and neither is what was changed of an instance of the tenant's own: both are undone apart
 * (core/steps/snapshot/thaw-frozen-guests.ts, undo-replaced.ts).
 */
const UNDO_ORDER = [
  'instance',
  'volume',
  'image',
  'pending-snapshot',
  'region-copy',
  'snapshots',
] as const satisfies readonly Effect['kind'][];
const placeInOrder = ({ kind }: Effect): number => (UNDO_ORDER as readonly Effect['kind'][]).indexOf(kind);

export interface Committed {
  /** Recovery points that the attempt has committed. */
  readonly points: readonly RecoveryPoint[];
  /** Pending ones that a later attempt may go on with: a step that was under way may have written over their mark. */
  readonly forLater?: readonly RecoveryPoint[];
  /** Results of the job's restores, as their records have them. */
  readonly results: readonly RestoreResult[];
}

export type OpenScope = (access: Omit<TenantAccess, 'to'>) => Promise<TenantScope>;

/**
 * Removes what an attempt made in the tenant's account, but for what is part of a committed result. True: nothing is left to do; false: something is under way (a volume leaves, an instance stops): ask
 * again. One that resists does not stop the others; errors: TransientFailure at the end, naming them. `again` also looks
 * for what was undone before.
 */
export const undoEffects = async (
  catalog: Catalog,
  openScope: OpenScope,
  effects: readonly Effect[],
  { points, results, forLater: pending = [] }: Committed,
  again: boolean,
): Promise<boolean> => {
  const kept = keptSnapshots(points);
  const forLater = keptSnapshots(pending);
  const failures: string[] = [];
  let done = true;
  const attempt = async (what: string, work: () => Promise<void>): Promise<void> => {
    await work().catch((error: unknown) => {
      failures.push(`${what}: ${error instanceof Error ? error.message : String(error)}`);
    });
  };
  const ordered = effects.filter((effect) => placeInOrder(effect) >= 0);
  for (const effect of ordered.toSorted((a, b) => placeInOrder(a) - placeInOrder(b))) {
    if (effect.state === 'undone' && !again) continue;
    await attempt(effect.kind, async () => {
      if (isOfPoints(effect)) {
        const scope = await openScope(accessFor(effect));
        await catalog.effects.update(effect, { state: await undoSnapshots(scope, effect, kept, forLater) });
        return;
      }
      if (effect.state === 'kept') return;
      const isKept =
        effect.resourceIds.some((id) => kept.has(id)) || results.some((result) => belongsToResult(effect, result));
      const isOver = isKept || (await undo(await openScope(accessFor(effect)), effect));
      if (isOver) await catalog.effects.update(effect, { state: isKept ? 'kept' : 'undone' });
      else done = false;
    });
  }
  for (const point of points) {
    await attempt(point.instanceId, async () => leaveOneSnapshot(catalog, await openScope({}), point));
  }
  if (failures.length > 0) throw new TransientFailure(`not everything could be removed: ${failures.join('; ')}`);
  return done;
};

/** Snapshots that a recovery point is made of, here or in another region. */
const isOfPoints = ({ kind }: Effect): boolean => kind === 'snapshots' || kind === 'region-copy';

/**
 * Deletes what an operation made and no point has: its record names one set, but two runs of a step side by side, or an
 * answer that was lost, make two, and the point may have the other. Answers what has become of the operation. What was
 * kept for another reason (a later attempt has a record of it, the point has expired since) is left alone.
 */
const undoSnapshots = async (
  scope: TenantScope,
  effect: Effect,
  kept: ReadonlySet<string>,
  forLater: ReadonlySet<string>,
): Promise<'kept' | 'suspended' | 'undone'> => {
  const tagged = await scope.snapshots.findByTag(TAG.operation, effect.effectId);
  // A copy that a tenant's own tools made has our tags too.
  const found = tagged.filter(
    ({ snapshotId, volumeId }) =>
      strangerTo({ kind: 'snapshot', id: snapshotId, sourceVolumeId: volumeId }, effect) === undefined,
  );
  const ids = [...new Set([...effect.resourceIds, ...found.map(({ snapshotId }) => snapshotId)])];
  const surplus = ids.filter((id) => !kept.has(id) && !forLater.has(id));
  const isUsed = surplus.length < ids.length;
  if (effect.state === 'kept' && !isUsed) return 'kept';
  for (const snapshotId of surplus) await scope.snapshots.delete(snapshotId);
  if (effect.state === 'kept') return 'kept';
  if (!isUsed) return 'undone';
  return ids.some((id) => kept.has(id)) ? 'kept' : 'suspended';
};

/** In the tenant account, and in another region. */
const keptSnapshots = (points: readonly RecoveryPoint[]): ReadonlySet<string> =>
  new Set(
    points.flatMap(({ volumes, regionCopy }) => [
      ...volumes.map(({ snapshotId }) => snapshotId),
      ...(regionCopy?.state === 'completed' ? regionCopy.snapshotIds : []),
    ]),
  );

const accessFor = ({ region }: Effect): Omit<TenantAccess, 'to'> => (region === undefined ? {} : { region });

/** What the record names; where an answer was lost, what carries the operation's tag. */
const madeBy = async (
  { effectId, resourceIds }: Effect,
  find: (key: string, value: string) => Promise<readonly string[]>,
): Promise<readonly string[]> => (resourceIds.length > 0 ? resourceIds : find(TAG.operation, effectId));

const undo = async (scope: TenantScope, effect: Effect): Promise<boolean> => {
  switch (effect.kind) {
    case 'instance': {
      for (const instanceId of await madeBy(effect, scope.instances.findByTag))
        await scope.instances.terminate(instanceId);
      return removeVolumes(scope, effect);
    }
    case 'volume':
      return removeVolumes(scope, effect);
    case 'image': {
      for (const imageId of await madeBy(effect, scope.images.findByTag)) await scope.images.deregister(imageId);
      return true;
    }
    case 'region-copy':
    case 'snapshots':
      throw new Error('what a recovery point may be made of is undone apart');
    case 'pending-snapshot': {
      const byTag = async (key: string, value: string): Promise<readonly string[]> =>
        (await scope.snapshots.findByTag(key, value)).map(({ snapshotId }) => snapshotId);
      for (const snapshotId of await madeBy(effect, byTag)) await scope.snapshots.delete(snapshotId);
      return true;
    }
    case 'guest-command':
    case 'replaced-volumes':
    case 'attached-volumes':
      throw new Error(`${effect.kind} is not undone here`);
  }
};
