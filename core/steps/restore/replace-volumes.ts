import type { RestoreRef } from '../../contracts/restore-steps.ts';
import type { Readiness } from '../../contracts/steps.ts';
import { TAG } from '../../domain/effect.ts';
import { InstanceNotFound, TransientFailure, VolumeFailed } from '../../domain/errors.ts';
import { sameDevice } from '../../domain/restore-devices.ts';
import { nextMoves, type Swap } from '../../domain/restore-swap.ts';
import type { DescribedInstance } from '../../ports/tenant-instances.ts';
import { changedInstance } from './changed-instance.ts';
import { settingsPlan } from './launch-terms.ts';
import { makeMoves } from './make-moves.ts';
import { EFFECT, openRestoreWork, type RestoreDeps, type RestoreWork } from './restore-work.ts';

interface Replacement {
  readonly swaps: readonly Swap[];
  readonly deleteOnTermination: Readonly<Record<string, boolean>>;
  /** Volumes of a donor image, of no use to anybody. */
  readonly waste: readonly string[];
}

/**
 * One look at a stopped instance whose volumes are replaced: asks for what can be done now, and says when each volume is
 * where it is to be. Errors: VolumeFailed, InstanceNotFound.
 */
export const createReplaceVolumes =
  (deps: RestoreDeps) =>
  async (input: RestoreRef): Promise<Readiness> => {
    const work = await openRestoreWork(deps, input, 'replacing volumes');
    const { scope } = work;
    const { instanceId, instance } = await changedInstance(work);
    if (!instance) throw new InstanceNotFound(`${instanceId} was terminated while it was being restored`);
    const { swaps, deleteOnTermination, waste } =
      work.path === 'donor' ? await ofDonor(work, instanceId, instance) : ofOriginal(work);
    const ids = swaps.flatMap((swap) => [swap.out, swap.in].filter((id) => id !== undefined));
    const { moves, settled, blocked } = nextMoves(instanceId, swaps, await scope.volumes.describe(ids));
    if (blocked.length > 0) throw new VolumeFailed(blocked.join('; '));
    if (!settled) {
      if (instance.state !== 'stopped') {
        throw new VolumeFailed(
          `${instanceId} is ${instance.state}: somebody has started it while its volumes are replaced`,
        );
      }
      await makeMoves(scope, instanceId, moves);
      return { ready: false };
    }
    await scope.instances.setDeleteOnTermination(instanceId, deleteOnTermination);
    for (const volumeId of waste) await scope.volumes.delete(volumeId);
    // A second run may meet it started already, and that with what the first has set.
    if (work.path === 'donor' && instance.state === 'stopped') {
      await scope.instances.change(instanceId, settingsPlan(work).whileStopped);
    }
    return { ready: true };
  };

/** In place: as it was noted before anything was changed. */
const ofOriginal = ({ effects }: RestoreWork): Replacement => {
  const before = effects.find(({ kind }) => kind === 'replaced-volumes')?.before;
  if (!before) throw new TransientFailure('nothing is recorded of how the instance was');
  return {
    swaps: before.volumes.map(({ device, volumeId, newVolumeId }) => ({
      device,
      ...(volumeId === undefined ? {} : { out: volumeId }),
      in: newVolumeId,
    })),
    deleteOnTermination: Object.fromEntries(before.volumes.map((each) => [each.device, each.deleteOnTermination])),
    waste: [],
  };
};

/** All of the donor's own volumes go; the restored root comes to where the donor has its root. */
const ofDonor = async (
  { scope, point, volumes, resource, effects }: RestoreWork,
  instanceId: string,
  { configuration, volumes: attached }: DescribedInstance,
): Promise<Replacement> => {
  const launch = effects.find(({ kind }) => kind === 'instance');
  if (!launch) throw new TransientFailure(`nothing is recorded of the launch of ${instanceId}`);
  const own = await scope.volumes.findByTag(TAG.operation, launch.effectId);
  const placed = await Promise.all(
    volumes.map(async ({ volumeId, device, deleteOnTermination }) => ({
      device: sameDevice(device, point.instance.rootDeviceName) ? configuration.rootDeviceName : device,
      in: await resource(EFFECT.volume(volumeId)),
      deleteOnTermination,
    })),
  );
  const ours = new Set(placed.map((each) => each.in));
  const leaving = [
    ...own.map(({ volumeId, attachment }) => ({ volumeId, device: attachment?.device })),
    ...attached.filter(({ volumeId }) => !ours.has(volumeId) && !own.some((each) => each.volumeId === volumeId)),
  ];
  const leaves = (device: string) => leaving.find((each) => each.device && sameDevice(each.device, device))?.volumeId;
  return {
    swaps: [
      ...placed.map(({ device, in: volumeId }) => {
        const out = leaves(device);
        return { device, in: volumeId, ...(out === undefined ? {} : { out }) };
      }),
      ...leaving
        .filter(({ device }) => !placed.some((each) => device && sameDevice(each.device, device)))
        .map(({ volumeId, device }) => ({ device: device ?? '', out: volumeId })),
    ],
    deleteOnTermination: Object.fromEntries(placed.map((each) => [each.device, each.deleteOnTermination])),
    waste: leaving.map(({ volumeId }) => volumeId),
  };
};
