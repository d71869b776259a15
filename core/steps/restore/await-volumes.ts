import type { RestoreRef } from '../../contracts/restore-steps.ts';
import type { Readiness } from '../../contracts/steps.ts';
import { VolumeFailed } from '../../domain/errors.ts';
import { EFFECT, openRestoreWork, type RestoreDeps } from './restore-work.ts';

/** One look at the volumes that are being made; the state machine waits in between. Errors: VolumeFailed. */
export const createAwaitVolumes =
  (deps: RestoreDeps) =>
  async (input: RestoreRef): Promise<Readiness> => {
    const { scope, volumes, resource } = await openRestoreWork(deps, input, 'creating volumes');
    const ids = await Promise.all(volumes.map(({ volumeId }) => resource(EFFECT.volume(volumeId))));
    const described = await scope.volumes.describe(ids);
    const failed = described.find(({ state }) => state === 'error');
    if (failed) throw new VolumeFailed(`EC2 could not fill ${failed.volumeId}: a key that may not be used, mostly`);
    // One that is not listed yet was created a moment ago: Describe calls are eventually consistent.
    return {
      ready: described.filter(({ state }) => state === 'available' || state === 'in-use').length === ids.length,
    };
  };
