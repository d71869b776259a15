import type { TenantHypervisor } from '../../domain/hypervisor.ts';
import type { Job } from '../../domain/job.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Sha256 } from '../../ports/control.ts';
import type { TenantScopes } from '../../ports/tenant-scope.ts';
import { freezeEffect, sendThaw } from './guest-command.ts';

interface Deps {
  readonly catalog: Catalog;
  readonly scopes: TenantScopes;
  readonly sha256: Sha256;
}

/**
 * For the cleanup: guests whose applications an attempt made hold still, and did not let go on, are let go on. One that
 * does not run holds nothing still. Errors: what the scope throws; the cleanup tries again.
 */
export const thawFrozenGuests = async (
  { catalog, scopes, sha256 }: Deps,
  job: Job,
  attempt: number,
  tenant: TenantHypervisor,
): Promise<void> => {
  const effects = await catalog.effects.ofAttempt(job.jobId, attempt);
  const frozen = effects.filter(
    ({ kind, state }) => kind === 'guest-command' && (state === 'made' || state === 'intended'),
  );
  if (frozen.length === 0) return;
  const scope = await scopes.open(tenant, job.jobId, { to: 'protect' });
  for (const { instanceId } of await catalog.jobs.instances(job.jobId)) {
    const ref = { jobId: job.jobId, attempt, tenantId: job.tenantId, instanceId };
    const { effectId } = freezeEffect(sha256, ref);
    const effect = frozen.find((each) => each.effectId === effectId);
    if (!effect) continue;
    const instance = await scope.instances.describe(instanceId);
    if (instance?.state === 'running') {
      // Nobody can tell it anything: that its applications may hold still is said with the snapshots.
      if (!(await scope.guest.agent(instanceId)).online) continue;
      await sendThaw(scope, job, instanceId);
    }
    await catalog.effects.update(effect, { state: 'undone' });
  }
};
