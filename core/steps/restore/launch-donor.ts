import type { RestoreRef } from '../../contracts/restore-steps.ts';
import { LaunchFailed, PlatformLost } from '../../domain/errors.ts';
import type { DescribedImage } from '../../ports/tenant-images.ts';
import type { TenantScope } from '../../ports/tenant-scope.ts';
import { launchTerms } from './launch-terms.ts';
import { EFFECT, openRestoreWork, type RestoreDeps, type RestoreWork } from './restore-work.ts';

/**
 * A licensed platform's billing is the image's: an image made from plain snapshots has none. So the instance is launched
 * from an image of its platform, and gets its volumes in place of the donor's once it is stopped.
 */
export const createLaunchDonor =
  (deps: RestoreDeps) =>
  async (input: RestoreRef): Promise<{ readonly launchedId: string }> => {
    const work = await openRestoreWork(deps, input, 'launching');
    const launch = await work.intend('instance', EFFECT.launch);
    const { imageId } = await donorImage(work.scope, work);
    const { instanceId: launchedId } = await work.scope.instances.launch({ imageId, ...launchTerms(work, launch) });
    await work.made(launch, [launchedId]);
    return { launchedId };
  };

/** Errors: LaunchFailed (there is none), PlatformLost (the one that was named is of another platform). */
export const donorImage = async (
  scope: Pick<TenantScope, 'images'>,
  {
    request: { target },
    point: { instance },
  }: Pick<RestoreWork, 'point'> & { readonly request: Pick<RestoreWork['request'], 'target'> },
): Promise<DescribedImage> => {
  const named = target.kind === 'new-instance' ? target.donorImageId : undefined;
  const { platform, architecture } = instance;
  const image = await (named === undefined
    ? scope.images.findDonor(platform, architecture)
    : scope.images.describe(named));
  if (!image) {
    throw new LaunchFailed(
      named === undefined
        ? `there is no image of ${platform} (${architecture}) to launch from: name one (donorImageId)`
        : `there is no image ${named} that this account may launch`,
    );
  }
  if (image.platform !== platform) {
    throw new PlatformLost(`${image.imageId} is an image of ${image.platform}; the instance was one of ${platform}`);
  }
  if (image.architecture !== architecture) {
    throw new LaunchFailed(`${image.imageId} is for ${image.architecture}; the instance was one of ${architecture}`);
  }
  return image;
};
