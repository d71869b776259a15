import type { AwaitSnapshotsInput, Readiness } from '../contracts/steps.ts';
import { SnapshotFailed } from '../domain/errors.ts';
import type { Catalog } from '../ports/catalog.ts';
import type { TenantScopes } from '../ports/tenant-scope.ts';
import { openTenant } from './tenant-of-job.ts';

interface Deps {
  readonly catalog: Catalog;
  readonly scopes: TenantScopes;
}

/** One look at the snapshots; the state machine waits in between. Only completed snapshots can be read. */
export const createAwaitSnapshots =
  ({ catalog, scopes }: Deps) =>
  async ({ jobId, tenantId, snapshotIds }: AwaitSnapshotsInput): Promise<Readiness> => {
    const { tenant } = await openTenant(catalog, tenantId, jobId);
    const scope = await scopes.open(tenant, jobId, { to: 'look' });
    const snapshots = await scope.snapshots.describe(snapshotIds);
    const failed = snapshots.find(({ state }) => state === 'error');
    if (failed) throw new SnapshotFailed(`EBS could not take ${failed.snapshotId} of ${failed.volumeId}`);
    // One that is not listed yet was created a moment ago: Describe calls are eventually consistent.
    const completed = snapshots.filter(({ state }) => state === 'completed').length;
    return { ready: completed === snapshotIds.length };
  };
