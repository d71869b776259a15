import { launch, work } from '../instances.ts';
import { startBackup, startRestore } from '../jobs.ts';
import { completion, contents, identical } from '../outcomes.ts';
import type { Run, TenantPerson } from '../run.ts';

/** A full and an incremental backup of one instance; then one of them is restored, out of place. */
export const backupAndRestore = async (run: Run): Promise<void> => {
  const tenant = run.random.pick(run.tenants) as TenantPerson;
  const instance = await launch(run, tenant, 1 + run.random.below(3));
  const points: { id: string; then: ReadonlyMap<string, string> }[] = [];
  for (const level of ['full', 'incremental'] as const) {
    await work(run, instance, run.random.below(6));
    const then = contents(run, instance);
    const job = await completion(run, tenant, await startBackup(tenant, [instance.instanceId], level));
    const id = job?.instances?.[0]?.recoveryPointId;
    if (id) points.push({ id, then });
  }
  if (points.length === 0) return;
  const { id, then } = run.random.pick(points);
  const target = run.random.pick([{ kind: 'new-instance' }, { kind: 'volumes' }] as const);
  const restore = await completion(run, tenant, await startRestore(tenant, id, target));
  if (restore) identical(run, restore, then);
};
