import type { LockedInstance, RegionCopyOutput } from '../../contracts/steps.ts';
import { derivedId } from '../../domain/derived-id.ts';
import { type Effect, LONGEST_TAG_VALUE } from '../../domain/effect.ts';
import { SnapshotFailed, TransientFailure } from '../../domain/errors.ts';
import type { RecoveryPointVolume } from '../../domain/recovery-point.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Sha256 } from '../../ports/control.ts';
import type { TenantScopes } from '../../ports/tenant-scope.ts';
import { assertGoesOn } from '../phase.ts';
import { openTenant } from '../tenant-of-job.ts';
import { pendingPoint } from '../transfer/pending-point.ts';
import { snapshotTags } from './snapshot-effect.ts';

interface Deps {
  readonly catalog: Catalog;
  readonly scopes: TenantScopes;
  readonly clock: Clock;
  readonly sha256: Sha256;
}

/**
 * One look at a committed snapshot's copies in the job's other region, if it asks for any: copies that are not begun are
 * begun (AWS makes some 20 at a time for each region; the rest are begun at a later look), and when all are complete
 * that is noted, and the instance is done. Encrypted ones get the other region's default key: a key is of one region.
 */
export const createCopyToRegion =
  ({ catalog, scopes, clock, sha256 }: Deps) =>
  async (input: LockedInstance): Promise<RegionCopyOutput> => {
    const { jobId, tenantId, instanceId, recoveryPointId } = input;
    const { job, tenant } = await openTenant(catalog, tenantId, jobId);
    const finish = async (): Promise<void> => {
      await catalog.jobs.updateInstance(jobId, instanceId, { phase: 'done', phaseSince: clock.now() });
    };
    const region = job.request.type === 'snapshot' ? job.request.copyToRegion : undefined;
    if (region === undefined) {
      await finish();
      return { wanted: false, ready: true };
    }
    if (region === tenant.region) throw new SnapshotFailed(`the snapshots are in ${region} themselves`);
    await assertGoesOn(catalog, input);
    const point = await pendingPoint(catalog, input);
    const scope = await scopes.open(tenant, jobId, { to: 'protect', region });

    const begin = async (volume: RecoveryPointVolume): Promise<Effect | undefined> => {
      const effect = await catalog.effects.intend(regionCopyEffect(sha256, input, volume, region));
      if (effect.resourceIds.length > 0) return effect;
      try {
        const { snapshotId } = await scope.snapshots.copyFrom(tenant.region, volume.snapshotId, {
          Name: `Holdfast: ${volume.device} of ${point.instance.name ?? instanceId}`.slice(0, LONGEST_TAG_VALUE),
          ...snapshotTags(job, input, effect),
        });
        const change = { state: 'made', resourceIds: [snapshotId] } as const;
        await catalog.effects.update(effect, change);
        return { ...effect, ...change };
      } catch (error) {
        if (error instanceof TransientFailure) return undefined;
        throw error;
      }
    };
    const copies: Effect[] = [];
    for (const volume of point.volumes) {
      const copy = await begin(volume);
      if (!copy) break;
      copies.push(copy);
    }
    const snapshotIds = copies.flatMap(({ resourceIds }) => resourceIds);
    const described = snapshotIds.length === 0 ? [] : await scope.snapshots.describe(snapshotIds);
    const failed = described.find(({ state }) => state === 'error');
    // A key that cannot be used, mostly: CopySnapshot itself says nothing of it.
    if (failed) throw new SnapshotFailed(`EBS could not copy a snapshot to ${region} (${failed.snapshotId})`);
    const isReady =
      copies.length === point.volumes.length &&
      described.length === copies.length &&
      described.every(({ state }) => state === 'completed');
    await catalog.points.update(tenantId, recoveryPointId, {
      regionCopy: { region, state: isReady ? 'completed' : 'copying', snapshotIds },
    });
    if (isReady) {
      for (const copy of copies) await catalog.effects.update(copy, { state: 'kept' });
      await finish();
    }
    return { wanted: true, ready: isReady };
  };

const regionCopyEffect = (
  sha256: Sha256,
  { jobId, attempt, tenantId, instanceId }: LockedInstance,
  { volumeId }: RecoveryPointVolume,
  region: string,
): Effect => ({
  effectId: derivedId(sha256, 'op', jobId, attempt, instanceId, 'region-copy', region, volumeId),
  jobId,
  attempt,
  tenantId,
  kind: 'region-copy',
  region,
  state: 'intended',
  resourceIds: [],
});
