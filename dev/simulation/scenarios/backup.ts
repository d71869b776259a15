import { launch } from '../instances.ts';
import { startBackup } from '../jobs.ts';
import { completion } from '../outcomes.ts';
import type { Run, TenantPerson } from '../run.ts';

/** One full backup of one instance with two volumes. */
export const backup = async (run: Run): Promise<void> => {
  const [tenant] = run.tenants as [TenantPerson];
  const { instanceId } = await launch(run, tenant, 2);
  await completion(run, tenant, await startBackup(tenant, [instanceId], 'full'));
};
