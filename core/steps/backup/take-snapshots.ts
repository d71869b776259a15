import { GIB } from '../../contracts/ids.ts';
import type { LockedInstance } from '../../contracts/steps.ts';
import { derivedId } from '../../domain/derived-id.ts';
import { LONGEST_TAG_VALUE, TAG } from '../../domain/effect.ts';
import { InstanceNotFound, SnapshotFailed, TransientFailure } from '../../domain/errors.ts';
import type { RecoveryPointVolume } from '../../domain/recovery-point.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Sha256 } from '../../ports/control.ts';
import type { AttachedVolume, DescribedSnapshot, TenantScopes } from '../../ports/tenant-scope.ts';
import { enterPhase } from '../phase.ts';
import { openTenant } from '../tenant-of-job.ts';

interface Deps {
  readonly catalog: Catalog;
  readonly scopes: TenantScopes;
  readonly clock: Clock;
  readonly sha256: Sha256;
}

/**
 * Records what the instance is, then takes one crash-consistent set of snapshots of its volumes.
 * CreateSnapshots has no client token: the intent is recorded first, the set is tagged with it, and a second run adopts
 * what the first one made.
 */
export const createTakeSnapshots =
  ({ catalog, scopes, clock, sha256 }: Deps) =>
  async (input: LockedInstance): Promise<LockedInstance & { readonly snapshotIds: string[] }> => {
    const { jobId, attempt, tenantId, instanceId, recoveryPointId } = input;
    const { job, tenant, service } = await openTenant(catalog, tenantId, jobId);
    await enterPhase(catalog, clock, input, 'taking snapshots', { recoveryPointId });
    const scope = await scopes.open(tenant, jobId);
    const instance = await scope.instances.describe(instanceId);
    if (!instance)
      throw new InstanceNotFound(`there is no instance ${instanceId} in the account and region of ${tenant.name}`);
    if (instance.volumes.length === 0) throw new SnapshotFailed(`${instanceId} has no EBS volume to back up`);

    const effectId = derivedId(sha256, 'op', jobId, attempt, instanceId, 'snapshots');
    const effect = await catalog.effects.intend({
      effectId,
      jobId,
      attempt,
      tenantId,
      kind: 'snapshots',
      state: 'intended',
      resourceIds: [],
    });
    const snapshots = await scope.snapshots.createForInstance(instanceId, [], {
      Name: `Holdfast: ${instance.configuration.name ?? instanceId}`.slice(0, LONGEST_TAG_VALUE),
      [TAG.job]: jobId,
      [TAG.attempt]: String(attempt),
      [TAG.instance]: instanceId,
      [TAG.operation]: effectId,
    });
    assertComplete(snapshots, instance.volumes);
    const snapshotIds = snapshots.map(({ snapshotId }) => snapshotId);
    await catalog.effects.update(effect, { state: 'made', resourceIds: snapshotIds });

    await catalog.points.add({
      recoveryPointId,
      tenantId,
      instanceId,
      kind: 'streaming',
      state: 'pending',
      jobId,
      attempt,
      takenAt: Math.min(...snapshots.map(({ startedAt }) => startedAt)),
      requestedBy: job.requestedBy,
      instance: instance.configuration,
      serviceId: service.hypervisorId,
      volumes: snapshots.map((snapshot) => pendingVolume(snapshot, instance.volumes)),
    });
    return { ...input, snapshotIds };
  };

/**
 * The set must be of exactly the instance's volumes. Right after a creation whose answer was lost, Describe may show a
 * part of it: the step is then run again; a point that lacks a volume is never made.
 */
const assertComplete = (snapshots: readonly DescribedSnapshot[], volumes: readonly AttachedVolume[]): void => {
  const taken = new Set(snapshots.map(({ volumeId }) => volumeId));
  const missing = volumes.filter(({ volumeId }) => !taken.has(volumeId)).map(({ volumeId }) => volumeId);
  if (missing.length > 0) throw new TransientFailure(`there is no snapshot of ${missing.join(', ')} to be seen yet`);
};

const pendingVolume = (snapshot: DescribedSnapshot, volumes: readonly AttachedVolume[]): RecoveryPointVolume => {
  const volume = volumes.find(({ volumeId }) => volumeId === snapshot.volumeId);
  if (!volume)
    throw new SnapshotFailed(`${snapshot.snapshotId} is of ${snapshot.volumeId}, which was attached in between`);
  const { volumeId, device, volumeType, iops, throughput, encrypted, kmsKeyId, deleteOnTermination, tags } = volume;
  return {
    volumeId,
    device,
    sizeBytes: snapshot.sizeGiB * GIB,
    level: 'full',
    snapshotId: snapshot.snapshotId,
    dataBlocks: 0,
    zeroBlocks: 0,
    pageDataBlocks: [],
    tags,
    volumeType,
    ...(iops === undefined ? {} : { iops }),
    ...(throughput === undefined ? {} : { throughput }),
    encrypted,
    ...(kmsKeyId === undefined ? {} : { kmsKeyId }),
    deleteOnTermination,
  };
};
