import { tenantRoutes } from '../../../core/contracts/api.ts';
import { launch, work } from '../instances.ts';
import { endOf, startBackup, startCopy, startRestore, startSnapshot } from '../jobs.ts';
import { completed, contents, identical } from '../outcomes.ts';
import type { Run, Scenario, TenantPerson } from '../run.ts';

/** Always the same calls, unlike the drawn scenarios; and short, since each is run once for each cell. */

const first = (run: Run): TenantPerson => run.tenants[0] as TenantPerson;

/** A full backup into the library, and a restore as a new instance. */
const libraryRoundTrip: Scenario = async (run) => {
  const tenant = first(run);
  const instance = await launch(run, tenant, 1);
  const then = contents(run, instance);
  const job = await endOf(tenant, await startBackup(tenant, [instance.instanceId], 'full'));
  const point = job.instances?.[0]?.recoveryPointId;
  if (!completed(run, job) || !point) return;
  const restore = await endOf(tenant, await startRestore(tenant, point, { kind: 'new-instance' }));
  if (completed(run, restore)) identical(run, restore, then);
};

/** A full and an incremental backup. */
const incremental: Scenario = async (run) => {
  const tenant = first(run);
  const instance = await launch(run, tenant, 1);
  for (const level of ['full', 'incremental'] as const) {
    await work(run, instance, 2);
    if (!completed(run, await endOf(tenant, await startBackup(tenant, [instance.instanceId], level)))) return;
  }
};

/** A snapshot with a copy in another region, put back in place. */
const snapshotInPlace: Scenario = async (run) => {
  const tenant = first(run);
  const instance = await launch(run, tenant, 1);
  const then = contents(run, instance);
  const { jobId } = await tenant.insist(tenantRoutes.startSnapshot, {
    body: { instanceIds: [instance.instanceId], copyToRegion: 'eu-west-1' as never },
  });
  const job = await endOf(tenant, jobId);
  const point = job.instances?.[0]?.recoveryPointId;
  if (!completed(run, job) || !point) return;
  await work(run, instance, 2);
  const target = { kind: 'in-place', overwrite: true, replacedVolumes: 'remove' } as const;
  const restore = await endOf(tenant, await startRestore(tenant, point, target));
  if (completed(run, restore)) identical(run, restore, then);
};

/** A snapshot, and its backup copy into the library. */
const backupCopy: Scenario = async (run) => {
  const tenant = first(run);
  const { instanceId } = await launch(run, tenant, 1);
  if (!completed(run, await endOf(tenant, await startSnapshot(tenant, [instanceId])))) return;
  completed(run, await endOf(tenant, await startCopy(tenant, [instanceId])));
};

/** The shortest job that there is. */
const snapshot: Scenario = async (run) => {
  const tenant = first(run);
  const { instanceId } = await launch(run, tenant, 1);
  completed(run, await endOf(tenant, await startSnapshot(tenant, [instanceId])));
};

export const faultScenarios: Readonly<Record<string, Scenario>> = {
  snapshot,
  'library-round-trip': libraryRoundTrip,
  incremental,
  'snapshot-in-place': snapshotInPlace,
  'backup-copy': backupCopy,
};
