import type { RestoreRef } from '../../contracts/restore-steps.ts';
import type { Readiness } from '../../contracts/steps.ts';
import type { AttachmentsBefore } from '../../domain/effect.ts';
import { FenceRaised, InstanceNotFound } from '../../domain/errors.ts';
import { attemptName } from '../../domain/protected-instance.ts';
import { sameDevice } from '../../domain/restore-devices.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { DescribedInstance } from '../../ports/tenant-instances.ts';
import { changedInstance } from './changed-instance.ts';
import { EFFECT, openRestoreWork, type RestoreDeps, type RestoreWork } from './restore-work.ts';

/**
 * One look at the instance whose volumes are replaced: notes how it is (before anything of it is changed, so that the
 * cleanup can put it back), asks it to stop, and says when it has. Errors: InstanceNotFound, FenceRaised.
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
      const fence = await fenceOf(deps.catalog, input);
      const before = { ...(await attachmentsBefore(work, instance)), fence };
      await work.intend('replaced-volumes', EFFECT.replace, { before });
    }
    if (instance.state === 'running') await work.scope.instances.stop(instanceId);
    return { ready: instance.state === 'stopped' };
  };

/** That of the attempt's lease. Errors: FenceRaised (it holds the instance no more). */
const fenceOf = async (catalog: Catalog, { jobId, attempt, tenantId, instanceId }: RestoreRef): Promise<number> => {
  const record = await catalog.instances.get(tenantId, instanceId);
  if (record?.owner === attemptName(jobId, attempt)) return record.fence;
  throw new FenceRaised(`attempt ${attempt} of ${jobId} does not hold ${instanceId} any more`);
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
