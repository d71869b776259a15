import type { RestoreRef } from '../../contracts/restore-steps.ts';
import { TAG } from '../../domain/effect.ts';
import { launchTerms, speedOf } from './launch-terms.ts';
import { EFFECT, openRestoreWork, type RestoreDeps } from './restore-work.ts';
import { sourceSnapshot } from './source-snapshot.ts';

/**
 * Launches the instance from its snapshots, by way of an image that lives only until it runs: EC2 makes the volumes, so
 * root device and mappings are as they were.
 */
export const createLaunchInstance =
  (deps: RestoreDeps) =>
  async (input: RestoreRef): Promise<{ readonly launchedId: string }> => {
    const work = await openRestoreWork(deps, input, 'launching');
    const { scope, volumes, point, request, intend, made, tagsOf } = work;
    const image = await intend('image', EFFECT.image);
    const imageId =
      image.resourceIds[0] ??
      (await scope.images.findByTag(TAG.operation, image.effectId))[0] ??
      (
        await scope.images.register({
          name: `holdfast-${input.jobId}-${input.attempt}`,
          configuration: point.instance,
          volumes: await Promise.all(
            volumes.map(async (volume) => ({
              device: volume.device,
              snapshotId: await sourceSnapshot(work, volume),
              volumeType: volume.volumeType,
              ...speedOf(volume),
              deleteOnTermination: true,
            })),
          ),
          tags: tagsOf(image),
        })
      ).imageId;
    await made(image, [imageId]);

    const launch = await intend('instance', EFFECT.launch);
    const { instanceId: launchedId } = await scope.instances.launch({
      imageId,
      ...launchTerms(work, launch),
      ...(request.kmsKeyId === undefined
        ? {}
        : { encryption: { kmsKeyId: request.kmsKeyId, devices: volumes.map(({ device }) => device) } }),
    });
    await made(launch, [launchedId]);
    return { launchedId };
  };
