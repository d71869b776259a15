import { type Effect, REPLACED_BY } from '../../domain/effect.ts';
import { VolumeFailed } from '../../domain/errors.ts';
import { sameDevice } from '../../domain/restore-devices.ts';
import { nextMoves } from '../../domain/restore-swap.ts';
import type { DescribedInstance } from '../../ports/tenant-instances.ts';
import type { TenantScope } from '../../ports/tenant-scope.ts';
import { makeMoves } from '../restore/make-moves.ts';

type Before = NonNullable<Effect['before']>;

/**
 * Undoes a replacement: one look, and what can be asked for now, towards the old volumes at their devices and the
 * instance in its old state. True: it is as it was. An instance that was not touched yet is left alone.
 * Errors: VolumeFailed (an old volume is not there any more, or its device is taken: whatever else can be put back is).
 */
export const putBack = async (scope: TenantScope, { before, jobId }: Effect): Promise<boolean> => {
  const instance = before && (await scope.instances.describe(before.instanceId));
  if (!before || !instance || instance.state === 'shutting-down') return true;
  const { settled, blocked } = await move(scope, before, instance);
  const isAsFarAsItGoes = settled || blocked.length > 0;
  if (!isAsFarAsItGoes) return false;
  await setFlags(scope, before, instance);
  await takeMarksOff(scope, before, jobId);
  const ran = before.instanceState === 'running';
  // asked to stop a moment ago: it can be started once it has
  if (ran && instance.state === 'stopping') return false;
  if (ran && instance.state === 'stopped') await scope.instances.start(before.instanceId);
  if (blocked.length > 0) throw new VolumeFailed(`${before.instanceId} is not as it was: ${blocked.join('; ')}`);
  return true;
};

const move = async (
  scope: TenantScope,
  { instanceId, volumes }: Before,
  instance: DescribedInstance,
): Promise<{ settled: boolean; blocked: readonly string[] }> => {
  const taken = takenDevices(volumes, instance);
  const free = volumes.filter(({ device }) => !taken.has(device));
  const swaps = free.map(({ device, volumeId, newVolumeId }) => ({
    device,
    out: newVolumeId,
    ...(volumeId === undefined ? {} : { in: volumeId }),
  }));
  const ids = volumes.flatMap(({ volumeId, newVolumeId }) =>
    volumeId === undefined ? [newVolumeId] : [newVolumeId, volumeId],
  );
  const progress = nextMoves(instanceId, swaps, await scope.volumes.describe(ids));
  const { moves, waiting } = progress;
  const settled = progress.settled && taken.size === 0;
  const blocked = [...progress.blocked, ...taken.values()];
  const isStuck = moves.length === 0 && !waiting;
  if (settled || isStuck) return { settled, blocked };
  // It was started with the new volumes, or is on its way to be.
  if (instance.state === 'running') await scope.instances.stop(instanceId);
  if (instance.state !== 'stopped') return { settled, blocked: [] };
  await makeMoves(scope, instanceId, moves);
  return { settled, blocked: [] };
};

const setFlags = async (scope: TenantScope, { instanceId, volumes }: Before, now: DescribedInstance): Promise<void> => {
  const changed = volumes.filter(({ device, volumeId, deleteOnTermination }) =>
    now.volumes.some(
      (each) =>
        each.volumeId === volumeId &&
        sameDevice(each.device, device) &&
        each.deleteOnTermination !== deleteOnTermination,
    ),
  );
  await scope.instances.setDeleteOnTermination(
    instanceId,
    Object.fromEntries(changed.map(({ device, deleteOnTermination }) => [device, deleteOnTermination])),
  );
};

/** Somebody else has put another volume there: it stays, and the instance is not stopped for it. */
const takenDevices = (volumes: Before['volumes'], now: DescribedInstance): ReadonlyMap<string, string> =>
  new Map(
    volumes.flatMap(({ device, volumeId, newVolumeId }) => {
      const there = now.volumes.find((each) => sameDevice(each.device, device))?.volumeId;
      const isTaken = volumeId !== undefined && there !== undefined && there !== volumeId && there !== newVolumeId;
      return isTaken ? [[device, `${device} has ${there} by now, not ${volumeId}`] as const] : [];
    }),
  );

/** Of a volume that was marked and never detached, or is attached but has its mark still. */
const takeMarksOff = async (scope: TenantScope, { instanceId, volumes }: Before, jobId: string): Promise<void> => {
  const old = volumes.flatMap(({ device, volumeId }) => (volumeId === undefined ? [] : [{ device, volumeId }]));
  for (const { volumeId, tags, attachment } of await scope.volumes.describe(old.map((each) => each.volumeId))) {
    const device = old.find((each) => each.volumeId === volumeId)?.device;
    const isBack = attachment?.instanceId === instanceId && attachment.device === device;
    // Attaching what is attached takes the mark off, and does nothing else.
    if (isBack && tags[REPLACED_BY] === jobId) await scope.volumes.attach(volumeId, instanceId, attachment.device);
  }
};
