import { type Effect, TAG } from '../../domain/effect.ts';
import type { TenantScope } from '../../ports/tenant-scope.ts';

/**
 * Deletes the volumes that an effect made: the one that it names, else what carries its tag (also what came with a launch).
 * True: none is left; one that is still attached to an instance which is just being terminated is asked again; one that is
 * attached to an instance that the launch did not make came with another.
 */
export const removeVolumes = async (
  { volumes }: Pick<TenantScope, 'volumes'>,
  { effectId, kind, resourceIds, inUse = [] }: Effect,
): Promise<boolean> => {
  const isNamed = kind === 'volume' && resourceIds.length > 0;
  const found = await (isNamed ? volumes.describe(resourceIds) : volumes.findByTag(TAG.operation, effectId));
  let none = true;
  for (const { volumeId, state, attachment } of found) {
    if (state === 'deleting' || inUse.includes(volumeId)) continue;
    const isAnothers =
      kind === 'instance' && resourceIds.length > 0 && attachment && !resourceIds.includes(attachment.instanceId);
    if (isAnothers) continue;
    if (attachment || state === 'in-use') none = false;
    else await volumes.delete(volumeId);
  }
  return none;
};
