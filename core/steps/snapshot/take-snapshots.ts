import type { LockedInstance, TakeSnapshotsInput, TakeSnapshotsOutput } from '../../contracts/steps.ts';
import { LONGEST_TAG_VALUE, TAG } from '../../domain/effect.ts';
import { InstanceNotFound, SnapshotFailed, TransientFailure } from '../../domain/errors.ts';
import type { TenantHypervisor } from '../../domain/hypervisor.ts';
import type { JobInstance } from '../../domain/job.ts';
import { settingsWarnings } from '../../domain/job-warning.ts';
import type { InstanceConfiguration } from '../../domain/recovery-point.ts';
import { workKeys } from '../../domain/work-keys.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Sha256, WorkArea } from '../../ports/control.ts';
import type { DescribedInstance } from '../../ports/tenant-instances.ts';
import type { TenantScope, TenantScopes } from '../../ports/tenant-scope.ts';
import type { DescribedSnapshot } from '../../ports/tenant-snapshots.ts';
import { lockOfPoint } from '../library/lock-of-point.ts';
import { enterPhase } from '../phase.ts';
import { openTenant } from '../tenant-of-job.ts';
import { matchVolumes } from './match-volumes.ts';
import { pendingVolume } from './pending-volume.ts';
import { snapshotEffect, snapshotTags } from './snapshot-effect.ts';

interface Deps {
  readonly catalog: Catalog;
  readonly scopes: TenantScopes;
  readonly work: WorkArea;
  readonly clock: Clock;
  readonly sha256: Sha256;
}

/**
 * Records what the instance is, then takes one set of snapshots of its volumes at one instant, or finds the set that
 * Windows took. CreateSnapshots has no client token: the intent is recorded first, the set is tagged with it, and a second
 * run adopts what the first one made. A point whose snapshots an earlier attempt has taken keeps those.
 */
export const createTakeSnapshots =
  ({ catalog, scopes, work, clock, sha256 }: Deps) =>
  async ({ way, reason, ...input }: TakeSnapshotsInput): Promise<TakeSnapshotsOutput> => {
    const { jobId, attempt, tenantId, instanceId, recoveryPointId } = input;
    const { job, tenant, service } = await openTenant(catalog, tenantId, jobId);
    const resumed = await catalog.points.get(tenantId, recoveryPointId);
    if (resumed?.state === 'pending') {
      await enterPhase(catalog, clock, input, 'waiting for snapshots', {
        recoveryPointId,
        ...(resumed.consistency ? { consistency: resumed.consistency } : {}),
        ...warned(resumed.instance),
      });
      return { snapshotIds: resumed.volumes.map(({ snapshotId }) => snapshotId) };
    }
    await enterPhase(catalog, clock, input, 'taking snapshots', { recoveryPointId });
    const scope = await scopes.open(tenant, jobId, { to: 'protect' });
    const before = await describeOnce(work, scope, tenant, input);
    const child = await catalog.jobs.instance(jobId, instanceId);
    const planId = child?.planId ?? job.request.planId;
    const excluded = new Set((child?.excludedVolumes ?? []).map(({ volumeId }) => volumeId));
    const [out, kept] = [true, false].map((isOut) =>
      before.volumes.map(({ volumeId }) => volumeId).filter((volumeId) => excluded.has(volumeId) === isOut),
    ) as [string[], string[]];
    if (kept.length === 0) throw new SnapshotFailed(nothingLeft(instanceId, out.length));

    const intent = snapshotEffect(sha256, input, way === 'vss' ? 'vss' : 'us', before.volumes);
    const effect = await catalog.effects.intend(intent);
    const taken =
      way === 'vss'
        ? await takenByWindows(scope, effect.effectId)
        : await scope.snapshots.createForInstance(instanceId, out, {
            Name: `Holdfast: ${before.configuration.name ?? instanceId}`.slice(0, LONGEST_TAG_VALUE),
            ...snapshotTags(job, input, effect),
          });
    await catalog.effects.update(effect, { state: 'made', resourceIds: taken.map(({ snapshotId }) => snapshotId) });

    const { matched, superfluous } = await matchVolumes(taken, before, excluded, () =>
      scope.instances.describe(instanceId),
    );
    for (const { snapshotId } of superfluous) await scope.snapshots.delete(snapshotId);
    const consistency = {
      kind: way === 'plain' ? ('crash' as const) : ('application' as const),
      ...(reason ? { reason } : {}),
    };
    const takenAt = Math.min(...matched.map(({ snapshot }) => snapshot.startedAt));
    const kind = job.type === 'snapshot' ? 'snapshot' : 'streaming';
    await catalog.points.add({
      recoveryPointId,
      tenantId,
      instanceId,
      kind,
      state: 'pending',
      jobId,
      attempt,
      createdAt: clock.now(),
      takenAt,
      requestedBy: job.requestedBy,
      instance: before.configuration,
      serviceId: service.hypervisorId,
      ...(planId === undefined ? {} : { planId }),
      ...(await lockOfPoint({ catalog, clock }, service, { tenantId, kind, takenAt, planId })),
      consistency,
      volumes: matched.map(({ snapshot, volume }) => pendingVolume(snapshot, volume)),
    });
    // Another run of this step, side by side with this one, may have been first, with a set of its own: that one counts.
    const made = await catalog.points.get(tenantId, recoveryPointId);
    if (!made) throw new TransientFailure(`the record of ${recoveryPointId} is not to be seen yet`);
    const snapshotIds = made.volumes.map(({ snapshotId }) => snapshotId);
    if (taken.every(({ snapshotId }) => !snapshotIds.includes(snapshotId))) {
      await catalog.effects.update(effect, { state: 'made', resourceIds: snapshotIds });
    }
    await enterPhase(catalog, clock, input, 'waiting for snapshots', { consistency, ...warned(made.instance) });
    return { snapshotIds };
  };

const warned = ({ settings }: InstanceConfiguration): Pick<JobInstance, 'warnings'> => {
  const warnings = settingsWarnings(settings);
  return warnings.length > 0 ? { warnings } : {};
};

const nothingLeft = (instanceId: string, excluded: number): string =>
  excluded === 0
    ? `${instanceId} has no EBS volume to back up`
    : `the filters of its VM groups leave out all ${excluded} volumes of ${instanceId}`;

/** What it was right before its snapshots: a step that runs again must not take a later state for it. */
const describeOnce = async (
  work: WorkArea,
  scope: TenantScope,
  tenant: TenantHypervisor,
  { jobId, attempt, instanceId }: LockedInstance,
): Promise<DescribedInstance> => {
  const key = workKeys(jobId, attempt).described(instanceId);
  const noted = await work.getJson(key);
  if (noted !== undefined) return noted as DescribedInstance;
  const instance = await scope.instances.describeWhole(instanceId);
  if (!instance)
    throw new InstanceNotFound(`there is no instance ${instanceId} in the account and region of ${tenant.name}`);
  await work.putJson(key, instance);
  return instance;
};

/** The command may have been sent twice: of each volume, the earliest snapshot that Windows vouches for. */
const takenByWindows = async (scope: TenantScope, effectId: string): Promise<readonly DescribedSnapshot[]> => {
  const found = await scope.snapshots.findByTag(TAG.operation, effectId);
  const good = found
    .filter(({ tags }) => tags.AppConsistent?.toLowerCase() === 'true')
    .toSorted((a, b) => a.startedAt - b.startedAt);
  if (good.length === 0) throw new TransientFailure('the snapshots that Windows took are not to be seen yet');
  const [first] = good;
  return good.filter(({ startedAt }) => startedAt - (first?.startedAt ?? 0) < ONE_SET_MS);
};

/** Snapshots of one set are started within Windows' ten seconds of standstill; another run takes longer to begin. */
const ONE_SET_MS = 10_000;
