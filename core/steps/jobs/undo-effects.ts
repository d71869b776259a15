import { type Effect, TAG } from '../../domain/effect.ts';
import { TransientFailure } from '../../domain/errors.ts';
import type { RecoveryPoint } from '../../domain/recovery-point.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { TenantScope } from '../../ports/tenant-scope.ts';
import { leaveOneSnapshot } from '../backup/leave-one-snapshot.ts';

/** A snapshot that an image names cannot be deleted. */
const UNDO_ORDER: readonly Effect['kind'][] = ['instance', 'image', 'pending-snapshot', 'snapshots'];

/**
 * Removes what an attempt made in the tenant's account and what is no part of a committed result. One that resists does
 * not stop the others; errors: TransientFailure at the end, naming them. `again` also looks for what was undone before.
 */
export const undoEffects = async (
  catalog: Catalog,
  scope: TenantScope,
  effects: readonly Effect[],
  committed: readonly RecoveryPoint[],
  again: boolean,
): Promise<void> => {
  const kept = new Set(committed.flatMap(({ volumes }) => volumes.map(({ snapshotId }) => snapshotId)));
  const failures: string[] = [];
  const attempt = async (what: string, work: () => Promise<void>): Promise<void> => {
    await work().catch((error: unknown) => {
      failures.push(`${what}: ${error instanceof Error ? error.message : String(error)}`);
    });
  };
  for (const effect of effects.toSorted((a, b) => UNDO_ORDER.indexOf(a.kind) - UNDO_ORDER.indexOf(b.kind))) {
    if (effect.state === 'kept' || (effect.state === 'undone' && !again)) continue;
    await attempt(effect.kind, async () => {
      const isKept = effect.kind === 'snapshots' && effect.resourceIds.some((id) => kept.has(id));
      if (!isKept) await undo(scope, effect);
      await catalog.effects.update(effect, { state: isKept ? 'kept' : 'undone' });
    });
  }
  for (const point of committed) await attempt(point.instanceId, () => leaveOneSnapshot(scope, point));
  if (failures.length > 0) throw new TransientFailure(`not everything could be removed: ${failures.join('; ')}`);
};

const undo = async (scope: TenantScope, effect: Effect): Promise<void> => {
  const byTag = <T>(find: (key: string, value: string) => Promise<readonly T[]>): Promise<readonly T[]> =>
    find(TAG.operation, effect.effectId);
  if (effect.kind === 'snapshots' || effect.kind === 'pending-snapshot') {
    const found = await byTag(scope.snapshots.findByTag);
    const ids = new Set([...effect.resourceIds, ...found.map(({ snapshotId }) => snapshotId)]);
    for (const snapshotId of ids) await scope.snapshots.delete(snapshotId);
  } else if (effect.kind === 'image') {
    const ids = new Set([...effect.resourceIds, ...(await byTag(scope.images.findByTag))]);
    for (const imageId of ids) await scope.images.deregister(imageId);
  } else {
    const ids = new Set([...effect.resourceIds, ...(await byTag(scope.instances.findByTag))]);
    for (const instanceId of ids) await scope.instances.terminate(instanceId);
  }
};
