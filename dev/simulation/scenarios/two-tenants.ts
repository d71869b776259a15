import { setTimeout as sleep } from 'node:timers/promises';
import { tenantRoutes } from '../../../core/contracts/api.ts';
import { launch } from '../instances.ts';
import { endOf, startBackup, startSnapshot } from '../jobs.ts';
import { completed } from '../outcomes.ts';
import type { Run, TenantPerson } from '../run.ts';

/** Both tenants at once: backups and snapshots of the same instances; some are cancelled, or suspended and resumed. */
export const twoTenants = async (run: Run): Promise<void> => {
  await Promise.all(run.tenants.map((tenant) => days(run, tenant)));
};

const days = async (run: Run, tenant: TenantPerson): Promise<void> => {
  const instances = [await launch(run, tenant, 1), await launch(run, tenant, 1)];
  const ids = instances.map(({ instanceId }) => instanceId);
  const started = [await startBackup(tenant, ids, 'full'), await startSnapshot(tenant, ids.slice(0, 1))];
  const fate = run.random.pick(['none', 'cancel', 'suspend'] as const);
  await sleep(run.random.below(30_000));
  if (fate !== 'none') await disturb(tenant, run.random.pick(started), fate);
  for (const jobId of started) {
    const job = await endOf(tenant, jobId, true);
    if (job.state === 'suspended') await tenant.insist(tenantRoutes.resumeJob, { params: { jobId } });
    const ended = await endOf(tenant, jobId);
    // one instance is one job's at a time: the other says so
    if (fate === 'none' && ended.state === 'completed') completed(run, ended);
  }
};

/** What a person asks of a job that may have ended meanwhile. */
const disturb = async (tenant: TenantPerson, jobId: string, how: 'cancel' | 'suspend'): Promise<void> => {
  const route = how === 'cancel' ? tenantRoutes.cancelJob : tenantRoutes.suspendJob;
  await tenant.insist(route, { params: { jobId } }).catch((error: unknown) => {
    if (!(error instanceof Error) || !/Conflict|JobEnded|NotPossible|Refused|Cannot/.test(error.name)) throw error;
  });
};
