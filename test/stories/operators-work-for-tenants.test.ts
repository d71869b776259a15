/** What an operator starts, stops and keeps for a tenant, by the operators' own routes: the same as the tenant would. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { operatorRoutes, operatorTenantPrefix, operatorTenantRoutes, tenantRoutes } from '../../core/contracts/api.ts';
import { launchInstance } from '../../dev/demo/tenant-instance.ts';
import { pointOf } from './tenant-days.ts';
import { openWorld, type Tenant, type World, waitForCleanup, waitForJob } from './world.ts';

type Name = keyof typeof operatorTenantRoutes;

const asOperator =
  ({ operator }: World, { hypervisorId }: Tenant) =>
  async <T>(name: Name, { params = {}, ...rest }: { readonly params?: object; readonly body?: object } = {}) => {
    const route = operatorTenantRoutes[name];
    const input = { params: { hypervisorId, ...params }, ...rest };
    return (await operator.call({ ...route, path: `${operatorTenantPrefix}${route.path}` }, input as never)) as T;
  };
interface Started {
  readonly jobId: string;
}

test('an operator starts, cancels and repeats a tenant’s jobs, and keeps its plans', {
  timeout: 300_000,
}, async (t) => {
  const world = await openWorld(t);
  const [acme] = world.tenants;
  const ask = asOperator(world, acme);
  const { instanceId } = await launchInstance(acme.ec2, acme.name, [1]);
  const cancelled = async (name: Name, body: object): Promise<void> => {
    const { jobId } = await ask<Started>(name, { body });
    await ask('cancelJob', { params: { jobId } });
    const job = await waitForJob(acme, jobId);
    assert.equal(job.state, 'cancelled', JSON.stringify(job));
    await waitForCleanup(world, jobId, job.attempt);
  };

  const { jobId } = await ask<Started>('startSnapshot', { body: { instanceIds: [instanceId] } });
  const snapshot = await waitForJob(acme, jobId);
  assert.equal(snapshot.state, 'completed', JSON.stringify(snapshot));
  const recoveryPointId = pointOf(snapshot);

  await cancelled('startBackup', { instanceIds: [instanceId] });
  await cancelled('startBackupCopy', { recoveryPointIds: [recoveryPointId] });
  const restore = await ask<Started>('startRestore', { body: { recoveryPointId, target: { kind: 'volumes' } } });
  assert.equal((await waitForJob(acme, restore.jobId)).state, 'completed');

  const nightly = (expression: string) => ({ name: 'nightly', schedule: { expression, timeZone: 'Europe/Berlin' } });
  const { planId } = await ask<{ planId: string }>('addPlan', { body: nightly('cron(0 2 * * ? *)') });
  await ask('replacePlan', { params: { planId }, body: nightly('cron(30 3 * * ? *)') });
  await ask('removePlan', { params: { planId } });
  await assert.rejects(acme.api.call(tenantRoutes.getPlan, { params: { planId } }), { name: 'NotFound' });

  // Of what the deployment itself needs; the tenants' own are checked in the tour.
  const params = { hypervisorId: world.serviceId };
  const report = await world.operator.call(operatorRoutes.checkServicePermissions, { params });
  assert.deepEqual([report.complete, report.missing], [true, []]);
});
