import type { RestoreRef } from '../../contracts/restore-steps.ts';
import { JobCancelled, LaunchFailed, PlatformLost } from '../../domain/errors.ts';
import { GOING_PHASES, type InstancePhase, type JobInstance, type RestoreResult } from '../../domain/job.ts';
import { attemptName } from '../../domain/protected-instance.ts';
import { sameDevice } from '../../domain/restore-devices.ts';
import { belongsToResult } from '../../domain/restore-result.ts';
import { countLeftOut, restoredTags } from '../../domain/volume-tags.ts';
import type { DescribedInstance } from '../../ports/tenant-instances.ts';
import { assertGoesOn } from '../phase.ts';
import { settingsPlan } from './launch-terms.ts';
import { removeReplaced, tidyUp } from './remove-what-is-over.ts';
import { EFFECT, openRestoreWork, type RestoreDeps, type RestoreWork } from './restore-work.ts';

/**
 * Records what the restore made, then removes what it needed only on its way (image, snapshots; in place, the replaced
 * volumes if that was asked for). The result's record is the one write that decides: from then on the cleanup keeps what
 * it names, and a second run of this step only goes on with the removing. What resists that is a warning: the data is
 * restored. Errors: JobCancelled, LaunchFailed, PlatformLost, TransientFailure.
 */
export const createFinishRestore =
  (deps: RestoreDeps) =>
  async (input: RestoreRef): Promise<{ readonly done: true }> => {
    const { catalog } = deps;
    const { jobId, instanceId } = input;
    const work = await openRestoreWork(deps, input);
    const child = await catalog.jobs.instance(jobId, instanceId);
    const result = (child?.phase === 'done' ? child.result : undefined) ?? (await decide(deps, input, work));
    for (const effect of work.effects) {
      if (belongsToResult(effect, result)) await catalog.effects.update(effect, { state: 'kept' });
    }
    const warnings = [
      ...(await tidyUp(work)),
      ...(await removeReplaced(work, result, async (replacedVolumes) => {
        await catalog.jobs.updateInstance(jobId, instanceId, { result: { ...result, replacedVolumes } });
      })),
    ];
    if (warnings.length > 0 || child?.warnings) await catalog.jobs.updateInstance(jobId, instanceId, { warnings });
    if (work.path === 'in-place') {
      await catalog.instances.unlock(input.tenantId, instanceId, attemptName(jobId, input.attempt));
    }
    return { done: true };
  };

/** The cleanup of an attempt that was stopped says first that it is not done: only one of the two is taken. */
const decide = async (
  { catalog, clock }: RestoreDeps,
  input: RestoreRef,
  work: RestoreWork,
): Promise<RestoreResult> => {
  const { jobId, instanceId } = input;
  const result = await resultOf(work);
  // The last look at the cancel flag: what is finished stays.
  await assertGoesOn(catalog, input);
  const enter = (change: Partial<JobInstance>, from: readonly InstancePhase[]): Promise<boolean> =>
    catalog.jobs.updateInstance(jobId, instanceId, { ...change, phaseSince: clock.now() }, from);
  const isFinishing = await enter({ phase: 'finishing' }, GOING_PHASES);
  if (isFinishing && (await enter({ phase: 'done', result }, ['finishing']))) return result;
  // Perhaps by another run of this step.
  const now = await catalog.jobs.instance(jobId, instanceId);
  if (now?.phase === 'done' && now.result) return now.result;
  throw new JobCancelled(`attempt ${input.attempt} of ${jobId} was stopped before ${instanceId} was restored`);
};

const resultOf = async (work: RestoreWork): Promise<RestoreResult> => {
  const { point, volumes, request, resource, effects, scope, path } = work;
  const counts = countLeftOut(volumes, request.volumeTags);
  if (path === 'image' || path === 'donor') return { ...(await launchedResult(work)), ...counts };
  const before = effects.find(({ kind }) => kind === 'replaced-volumes' || kind === 'attached-volumes')?.before;
  const made = await Promise.all(
    volumes.map(async ({ volumeId: sourceVolumeId, device }) => {
      const volumeId = await resource(EFFECT.volume(sourceVolumeId));
      const at = before?.volumes.find(({ newVolumeId }) => newVolumeId === volumeId)?.device ?? device;
      return { device: at, volumeId, sourceVolumeId };
    }),
  );
  if (path === 'volumes' || !before) return { volumes: made, ...counts };
  if (path === 'attach') return { instanceId: before.instanceId, volumes: made, ...counts };
  assertPlatform(await scope.instances.describe(before.instanceId), before.instanceId, point.instance.platform);
  return {
    instanceId: before.instanceId,
    volumes: made,
    replacedVolumes: before.volumes.flatMap(({ device, volumeId }) =>
      volumeId === undefined ? [] : [{ device, volumeId, kept: true }],
    ),
    ...counts,
  };
};

const launchedResult = async (work: RestoreWork) => {
  const { scope, volumes, resource, point, request, path } = work;
  const launchedId = await resource(EFFECT.launch);
  const launched = assertPlatform(await scope.instances.describe(launchedId), launchedId, point.instance.platform);
  const made = volumes.map(({ device, volumeId: sourceVolumeId, tags, deleteOnTermination }) => {
    const isRoot = sameDevice(device, point.instance.rootDeviceName);
    const at = isRoot ? launched.configuration.rootDeviceName : device;
    const volume = launched.volumes.find((each) => sameDevice(each.device, at));
    if (!volume) throw new LaunchFailed(`${launchedId} has no volume at ${at}`);
    return { device: volume.device, volumeId: volume.volumeId, sourceVolumeId, tags, deleteOnTermination };
  });
  // A launch gives all volumes the same tags, and an end with the instance: their own come now. Volumes that we made
  // have both already. (The cleanup finds what a launch made by its tag, whatever goes with the instance.)
  if (path === 'image') {
    const flags = made.map(({ device, deleteOnTermination }) => [device, deleteOnTermination] as const);
    await scope.instances.setDeleteOnTermination(launchedId, Object.fromEntries(flags));
    for (const { volumeId, tags } of made) {
      if (request.volumeTags === 'restore') await scope.volumes.tag(volumeId, restoredTags(tags));
    }
  }
  // From here on it may be protected; `terminate` knows.
  await scope.instances.change(launchedId, settingsPlan(work).atTheEnd);
  return {
    instanceId: launchedId,
    volumes: made.map(({ device, volumeId, sourceVolumeId }) => ({ device, volumeId, sourceVolumeId })),
  };
};

const assertPlatform = (
  instance: DescribedInstance | undefined,
  instanceId: string,
  platform: string,
): DescribedInstance => {
  if (!instance) throw new LaunchFailed(`${instanceId} was restored and is gone`);
  const now = instance.configuration.platform;
  if (now !== platform) throw new PlatformLost(`${instanceId} runs as ${now}; it was ${platform}`);
  return instance;
};
