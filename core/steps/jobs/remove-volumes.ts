import { type Effect, TAG } from '../../domain/effect.ts';
import type { TenantScope } from '../../ports/tenant-scope.ts';

/**
 * Deletes the volumes that an effect made: those that it names, and those that carry its tag (a volume, or what a launch
 * made). True: none is left; one that is still attached to an instance which is just being terminated is asked again.
 */
export const removeVolumes = async (
  { volumes }: Pick<TenantScope, 'volumes'>,
  { effectId, kind, resourceIds }: Effect,
): Promise<boolean> => {
  const named = kind === 'volume' && resourceIds.length > 0 ? await volumes.describe(resourceIds) : [];
  const tagged = await volumes.findByTag(TAG.operation, effectId);
  const found = new Map([...named, ...tagged].map((volume) => [volume.volumeId, volume]));
  let none = true;
  for (const { volumeId, state, attachment } of found.values()) {
    if (state === 'deleting') continue;
    if (attachment || state === 'in-use') none = false;
    else await volumes.delete(volumeId);
  }
  return none;
};
