import type { RestoreRef } from '../../contracts/restore-steps.ts';
import type { Readiness } from '../../contracts/steps.ts';
import type { AttachmentsBefore } from '../../domain/effect.ts';
import { InstanceNotFound, VolumeFailed } from '../../domain/errors.ts';
import { chooseDevices } from '../../domain/restore-devices.ts';
import { nextMoves } from '../../domain/restore-swap.ts';
import { changedInstance } from './changed-instance.ts';
import { makeMoves } from './make-moves.ts';
import { EFFECT, openRestoreWork, type RestoreDeps } from './restore-work.ts';

/**
 * One look at the volumes that are attached to an instance which is there: notes which device each gets, asks for it,
 * and says when all are attached. Errors: InstanceNotFound, VolumeFailed (a device is taken).
 */
export const createAttachVolumes =
  (deps: RestoreDeps) =>
  async (input: RestoreRef): Promise<Readiness> => {
    const work = await openRestoreWork(deps, input, 'creating volumes');
    const { scope, volumes, request, effects, resource } = work;
    const { instanceId, instance } = await changedInstance(work);
    if (!instance || instance.state === 'shutting-down') {
      throw new InstanceNotFound(`there is no instance ${instanceId} in this account and region any more`);
    }
    let before = effects.find(({ kind }) => kind === 'attached-volumes')?.before;
    if (!before) {
      const devices = chooseDevices(
        instanceId,
        instance.configuration.platform,
        volumes.map(({ volumeId }) => volumeId),
        request.target.kind === 'attach' ? (request.target.devices ?? {}) : {},
        instance.volumes.map(({ device }) => device),
      );
      const attachments: AttachmentsBefore = {
        instanceId,
        instanceState: instance.state,
        volumes: await Promise.all(
          volumes.map(async ({ volumeId }) => ({
            device: devices.get(volumeId) as string,
            newVolumeId: await resource(EFFECT.volume(volumeId)),
            deleteOnTermination: false,
          })),
        ),
      };
      before = (await work.intend('attached-volumes', EFFECT.attach, { before: attachments })).before ?? attachments;
    }
    const swaps = before.volumes.map(({ device, newVolumeId }) => ({ device, in: newVolumeId }));
    const described = await scope.volumes.describe(before.volumes.map(({ newVolumeId }) => newVolumeId));
    const { moves, settled, blocked } = nextMoves(instanceId, swaps, described);
    if (blocked.length > 0) throw new VolumeFailed(blocked.join('; '));
    await makeMoves(scope, instanceId, moves);
    return { ready: settled };
  };
