import type { DescribedInstance } from '../../ports/tenant-instances.ts';
import { EFFECT, type RestoreWork } from './restore-work.ts';

/** The instance that gets the volumes: the tenant's own, or the one launched from a donor image. */
export const changedInstance = async ({
  path,
  point,
  request: { target },
  resource,
  scope,
}: RestoreWork): Promise<{ readonly instanceId: string; readonly instance: DescribedInstance | undefined }> => {
  const instanceId =
    path === 'donor' ? await resource(EFFECT.launch) : target.kind === 'attach' ? target.instanceId : point.instanceId;
  return { instanceId, instance: await scope.instances.describe(instanceId) };
};
