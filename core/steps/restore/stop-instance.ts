import type { RestoreRef } from '../../contracts/restore-steps.ts';
import type { Readiness } from '../../contracts/steps.ts';
import type { AttachmentsBefore } from '../../domain/effect.ts';
import { InstanceNotFound } from '../../domain/errors.ts';
import { sameDevice } from '../../domain/restore-devices.ts';
import type { DescribedInstance } from '../../ports/tenant-scope.ts';
import { changedInstance } from './changed-instance.ts';
import { EFFECT, openRestoreWork, type RestoreDeps, type RestoreWork } from './restore-work.ts';

/**
 * One look at the instance whose volumes are replaced: notes how it is (before anything of it is changed, so that the
 * cleanup can put it back), asks it to stop, and says when it has. Errors: InstanceNotFound.
 */
export const createStopInstance =
  (deps: RestoreDeps) =>
  async (input: RestoreRef): Promise<Readiness> => {
    const work = await openRestoreWork(deps, input, 'replacing volumes');
    const { instanceId, instance } = await changedInstance(work);
    if (!instance || instance.state === 'shutting-down') {
      throw new InstanceNotFound(`${instanceId} was terminated while it was being restored`);
    }
    if (work.path === 'in-place') {
      await work.intend('replaced-volumes', EFFECT.replace, { before: await attachmentsBefore(work, instance) });
    }
    if (instance.state === 'running') await work.scope.instances.stop(instanceId);
    return { ready: instance.state === 'stopped' };
  };

const attachmentsBefore = async (
  { point, volumes, resource }: RestoreWork,
  { state, volumes: attached }: DescribedInstance,
): Promise<AttachmentsBefore> => ({
  instanceId: point.instanceId,
  instanceState: state === 'running' || state === 'pending' ? 'running' : 'stopped',
  volumes: await Promise.all(
    volumes.map(async ({ volumeId, device, deleteOnTermination }) => {
      const old = attached.find((each) => sameDevice(each.device, device));
      return {
        device: old?.device ?? device,
        ...(old ? { volumeId: old.volumeId } : {}),
        newVolumeId: await resource(EFFECT.volume(volumeId)),
        deleteOnTermination: old?.deleteOnTermination ?? deleteOnTermination,
      };
    }),
  ),
});
