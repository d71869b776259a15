import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tenantRoutes } from '../../core/contracts/api.ts';
import { leftInAccount } from '../../dev/demo/tenant-instance.ts';
import { commandsTo, guest, idsOf, launch, ownerEc2, pointOf, restored, run } from './tenant-days.ts';
import { hashesOf, openWorld, startBackup, type Tenant, waitForCleanup, waitForJob } from './world.ts';

const OTHER_REGION = 'eu-west-1';
const FREEZE = 'fsfreeze --freeze /data';
const THAW = 'fsfreeze --unfreeze /data';

const pointShown = (tenant: Tenant, recoveryPointId: string) =>
  tenant.api.call(tenantRoutes.getRecoveryPoint, { params: { recoveryPointId } });

test('what fails once the snapshots are taken, or the data is moved, is told by name; what is good stays', async (t) => {
  const world = await openWorld(t);
  const [acme, globex] = world.tenants;
  const { faults } = world.local.cloud;

  await t.test('a guest that is not let go: the point is good, and says that it may still hold still', async () => {
    const instance = await launch(world, acme, 51);
    const truth = await hashesOf(world, idsOf(instance));
    const scripts = [{ contains: '--unfreeze', outcome: 'fail' }] as const;
    await guest(world, instance.instanceId, { agent: true, scripts, stderr: '/data: not mounted; ' });
    const job = await run(world, acme, 'startSnapshot', {
      instanceIds: [instance.instanceId],
      consistency: { kind: 'application', freeze: FREEZE, thaw: THAW },
    });
    const { consistency } = await pointShown(acme, pointOf(job));
    assert.equal(consistency?.kind, 'application');
    assert.match(consistency?.reason ?? '', /may still hold still.*lets them go on failed.*not mounted/);
    assert.deepEqual(job.instances?.[0]?.consistency, consistency, 'where it is looked for');
    const sent = (await commandsTo(world, instance.instanceId)).map(({ parameters }) => parameters.commands?.join());
    assert.deepEqual(sent.slice(0, 2), [FREEZE, THAW]);
    await restored(world, acme, truth, { recoveryPointId: pointOf(job), target: { kind: 'volumes' } });
  });

  await t.test(
    'a copy in another region that may not be made: the job says so, the point is there all the same',
    async () => {
      const instance = await launch(world, globex, 52);
      const truth = await hashesOf(world, idsOf(instance));
      const fault = faults.add({ service: 'ec2', operation: 'CopySnapshot', kind: 'access-denied' });
      const { jobId } = await globex.api.call(tenantRoutes.startSnapshot, {
        body: { instanceIds: [instance.instanceId], copyToRegion: OTHER_REGION },
      });
      const job = await waitForJob(globex, jobId);
      fault.remove();
      assert.ok(fault.fired > 0);
      assert.deepEqual(
        [job.state, job.error?.name],
        ['completed with errors', 'TenantAccessLost'],
        JSON.stringify(job),
      );
      const { state, regionCopy } = await pointShown(globex, pointOf(job));
      assert.deepEqual([state, regionCopy?.region, regionCopy?.state], ['available', OTHER_REGION, 'failed']);
      assert.ok((regionCopy?.reason ?? '').length > 10, 'it says why');
      await waitForCleanup(world, jobId);
      assert.deepEqual((await leftInAccount(ownerEc2(world, globex, OTHER_REGION))).snapshots, []);
      await restored(world, globex, truth, { recoveryPointId: pointOf(job), target: { kind: 'volumes' } });
    },
  );

  await t.test('a library that refuses the map, once all data is there: the job fails by that name', async () => {
    const instance = await launch(world, acme, 53);
    const truth = await hashesOf(world, idsOf(instance));
    const where = (input: unknown) => (input as { readonly Key: string }).Key.includes('/maps/');
    const fault = faults.add({ service: 's3', operation: 'PutObject', kind: 'access-denied', where });
    const failed = await waitForJob(acme, await startBackup(acme, [instance.instanceId]));
    fault.remove();
    assert.ok(fault.fired > 0);
    assert.deepEqual([failed.state, failed.error?.name], ['failed', 'StorageUnavailable'], JSON.stringify(failed));
    await waitForCleanup(world, failed.jobId);
    const job = await run(world, acme, 'startBackup', { instanceIds: [instance.instanceId] });
    await restored(world, acme, truth, { recoveryPointId: pointOf(job) });
  });
});
