import type { LockedInstance } from '../../contracts/steps.ts';
import { attemptName } from '../../domain/protected-instance.ts';
import type { Catalog } from '../../ports/catalog.ts';

/** The snapshot is committed: other jobs may have the instance, whatever is still to be copied elsewhere. */
export const createGiveBack =
  ({ catalog }: { readonly catalog: Catalog }) =>
  async (input: LockedInstance): Promise<LockedInstance> => {
    const { jobId, attempt, tenantId, instanceId } = input;
    await catalog.instances.unlock(tenantId, instanceId, attemptName(jobId, attempt));
    return input;
  };
