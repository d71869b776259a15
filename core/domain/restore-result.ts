import type { Effect } from './effect.ts';
import type { RestoreResult } from './job.ts';

/**
 * Whether what an effect made is part of a restore's result, and so stays. By the ids alone: an attempt that is cleaned
 * up late must not take what a later attempt has made for its own.
 */
export const belongsToResult = ({ kind, resourceIds, before }: Effect, result: RestoreResult): boolean => {
  const volumes = new Set(result.volumes.map(({ volumeId }) => volumeId));
  switch (kind) {
    case 'instance':
      return result.instanceId !== undefined && resourceIds.includes(result.instanceId);
    case 'volume':
      return resourceIds.some((id) => volumes.has(id));
    case 'replaced-volumes':
    case 'attached-volumes':
      return before?.volumes.every(({ newVolumeId }) => volumes.has(newVolumeId)) ?? false;
    default:
      return false;
  }
};
