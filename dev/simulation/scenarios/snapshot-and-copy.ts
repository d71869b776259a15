import { launch, work } from '../instances.ts';
import { startCopy, startRestore, startSnapshot } from '../jobs.ts';
import { completion, contents, identical } from '../outcomes.ts';
import type { Run, TenantPerson } from '../run.ts';

/** Snapshots are the recovery point; then a backup copy; then the instance is put back in place from either. */
export const snapshotAndCopy = async (run: Run): Promise<void> => {
  const tenant = run.random.pick(run.tenants) as TenantPerson;
  const instance = await launch(run, tenant, 1 + run.random.below(2));
  const then = contents(run, instance);
  const snapshot = await completion(run, tenant, await startSnapshot(tenant, [instance.instanceId]));
  const point = snapshot?.instances?.[0]?.recoveryPointId;
  if (!point) return;
  const copy = await completion(run, tenant, await startCopy(tenant, [instance.instanceId]));
  const copied = copy?.instances?.[0]?.recoveryPointId;
  await work(run, instance, 3);
  const from = copied && run.random.chance(0.5) ? copied : point;
  const target = { kind: 'in-place', overwrite: true, replacedVolumes: 'remove' } as const;
  const restore = await completion(run, tenant, await startRestore(tenant, from, target));
  if (restore) identical(run, restore, then);
};
