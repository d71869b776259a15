import type { FinishRestoreInput } from '../../contracts/steps.ts';
import { LaunchFailed } from '../../domain/errors.ts';
import type { RestoreRequest } from '../../domain/job.ts';
import { countLeftOut, restorableTags } from '../../domain/volume-tags.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock } from '../../ports/clock.ts';
import type { TenantScopes } from '../../ports/tenant-scope.ts';
import { enterPhase } from '../phase.ts';
import { openTenant } from '../tenant-of-job.ts';
import { restoredPoint } from './restored-point.ts';

interface Deps {
  readonly catalog: Catalog;
  readonly scopes: TenantScopes;
  readonly clock: Clock;
}

/** Removes what the restore needed only on its way (image, snapshots), and records what it made. */
export const createFinishRestore =
  ({ catalog, scopes, clock }: Deps) =>
  async ({
    snapshotIds,
    imageId,
    launchedId,
    ...input
  }: FinishRestoreInput): Promise<{ readonly instanceId: string }> => {
    const { jobId, attempt, tenantId, instanceId, recoveryPointId } = input;
    await enterPhase(catalog, clock, input, 'launching');
    const { job, tenant } = await openTenant(catalog, tenantId, jobId);
    const request = job.request as RestoreRequest;
    const point = await restoredPoint(catalog, tenantId, recoveryPointId);
    const scope = await scopes.open(tenant, jobId);
    const launched = await scope.instances.describe(launchedId);
    if (!launched) throw new LaunchFailed(`${launchedId} was launched and is gone`);

    const volumes = point.volumes.map(({ device, volumeId: sourceVolumeId, tags }) => {
      const volume = launched.volumes.find((each) => each.device === device);
      if (!volume) throw new LaunchFailed(`${launchedId} has no volume at ${device}`);
      return { device, volumeId: volume.volumeId, sourceVolumeId, tags };
    });
    if (request.volumeTags === 'restore') {
      for (const { volumeId, tags } of volumes) await scope.volumes.tag(volumeId, restorableTags(tags));
    }

    // From here on the instance stays: first its own record says so, then what would go with it.
    for (const effect of await catalog.effects.ofAttempt(jobId, attempt)) {
      if (effect.kind === 'instance') await catalog.effects.update(effect, { state: 'kept' });
    }
    await catalog.jobs.updateInstance(jobId, instanceId, {
      phase: 'done',
      phaseSince: clock.now(),
      result: {
        instanceId: launchedId,
        volumes: volumes.map(({ device, volumeId, sourceVolumeId }) => ({ device, volumeId, sourceVolumeId })),
        ...countLeftOut(point.volumes, request.volumeTags),
      },
    });
    await scope.instances.setDeleteOnTermination(
      launchedId,
      Object.fromEntries(point.volumes.map(({ device, deleteOnTermination }) => [device, deleteOnTermination])),
    );
    // Image and snapshots are still effects to undo: whatever fails here, the cleanup goes on with.
    await scope.images.deregister(imageId);
    for (const snapshotId of snapshotIds) await scope.snapshots.delete(snapshotId);
    return { instanceId: launchedId };
  };
