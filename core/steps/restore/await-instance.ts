import type { z } from 'zod';
import type { AwaitInstanceInput, Readiness } from '../../contracts/steps.ts';
import { LaunchFailed } from '../../domain/errors.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { TenantScopes } from '../../ports/tenant-scope.ts';
import { openTenant } from '../tenant-of-job.ts';

interface Deps {
  readonly catalog: Catalog;
  readonly scopes: TenantScopes;
}

/** One look at the launched instance; the state machine waits in between. */
export const createAwaitInstance =
  ({ catalog, scopes }: Deps) =>
  async ({ jobId, tenantId, launchedId }: z.infer<typeof AwaitInstanceInput>): Promise<Readiness> => {
    const { tenant } = await openTenant(catalog, tenantId, jobId);
    const scope = await scopes.open(tenant, jobId);
    const instance = await scope.instances.describe(launchedId);
    // Not seen is not "not launched": the machine asks again, and gives up after a while.
    if (instance && ['shutting-down', 'terminated', 'stopping', 'stopped'].includes(instance.state)) {
      throw new LaunchFailed(`${launchedId} was launched and is ${instance.state}`);
    }
    return { ready: instance?.state === 'running' };
  };
