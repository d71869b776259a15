import type { LockedInstance, SnapshotWay } from '../../contracts/steps.ts';
import type { Consistency, Job } from '../../domain/job.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { TenantScopes } from '../../ports/tenant-scope.ts';
import { openTenant } from '../tenant-of-job.ts';

interface Deps {
  readonly catalog: Catalog;
  readonly scopes: TenantScopes;
}

/** What a job asks of its snapshots; jobs that take none ask for nothing. */
export const consistencyOf = ({ request }: Job): Consistency =>
  'consistency' in request ? request.consistency : { kind: 'crash' };

/**
 * How the instance's snapshots are to be taken. Where application consistency is asked for and cannot be had, they are
 * crash-consistent, and it is said why: a backup without it is better than none.
 */
export const createChooseWay =
  ({ catalog, scopes }: Deps) =>
  async ({ jobId, tenantId, instanceId, recoveryPointId }: LockedInstance): Promise<SnapshotWay> => {
    const { job, tenant } = await openTenant(catalog, tenantId, jobId);
    const asked = consistencyOf(job);
    if (asked.kind === 'crash') return { way: 'plain' };
    // An earlier attempt has taken them: nothing has to hold still once more.
    if (await catalog.points.get(tenantId, recoveryPointId)) return { way: 'plain' };
    const scope = await scopes.open(tenant, jobId, { to: 'protect', instanceId });
    const instance = await scope.instances.describe(instanceId);
    // Whoever takes the snapshots finds out, and fails by name.
    if (!instance) return { way: 'plain' };
    if (instance.state !== 'running') {
      return { way: 'plain', reason: `the instance is ${instance.state}: nothing runs in it that could hold still` };
    }
    const agent = await scope.guest.agent(instanceId);
    if (!agent.online) return { way: 'plain', reason: 'the Systems Manager agent of the instance does not answer' };
    if (isWindows(agent.platform ?? instance.configuration.platform)) return { way: 'vss' };
    return asked.freeze === undefined
      ? { way: 'plain', reason: 'no command is set that makes its applications hold still' }
      : { way: 'freeze' };
  };

const isWindows = (platform: string): boolean => /^windows/i.test(platform);
