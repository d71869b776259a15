import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tenantRoutes } from '../../core/contracts/api.ts';
import { leftInAccount } from '../../dev/demo/tenant-instance.ts';
import { completed, idsOf, pointOf, restored } from './tenant-days.ts';
import {
  hashesOf,
  instanceWithData,
  openWorld,
  startBackup,
  type Tenant,
  waitForCleanup,
  waitForJob,
} from './world.ts';

const NONE = 'subnet-0123456789abcdef0';
const ADDED = ['RestoreAsksBeforeItLaunches', 'RestoreAsksForTheZone'];
const elsewhere = { kind: 'new-instance', subnetId: NONE } as const;

const dryRun = (tenant: Tenant, recoveryPointId: string, target: object) =>
  tenant.api.call(tenantRoutes.previewRestore, { body: { recoveryPointId, target } as never });

test('a restore to a subnet that is not there is refused before anything is moved or made', async (t) => {
  const world = await openWorld(t);
  const [acme] = world.tenants;
  const instance = await instanceWithData(world, acme, [1], { seed: 71 });
  const truth = await hashesOf(world, idsOf(instance));
  const backup = await completed(world, acme, await startBackup(acme, [instance.instanceId]));
  const recoveryPointId = pointOf(backup);
  const before = await leftInAccount(acme.ec2);

  await t.test('the dry run names the field, and what to do', async () => {
    const seen = await dryRun(acme, recoveryPointId, elsewhere);
    assert.equal(seen.allowed, false);
    const refused = seen.rules.filter(({ outcome }) => outcome !== 'allowed');
    assert.deepEqual(
      refused.map(({ rule, outcome }) => [rule, outcome]),
      [['subnet', 'refused']],
    );
    assert.match(refused[0]?.reason ?? '', new RegExp(`no subnet ${NONE}.*target\\.subnetId`));
    const mixed = await dryRun(acme, recoveryPointId, {
      kind: 'new-instance',
      securityGroupIds: ['sg-0123456789abcdef0'],
      keyName: 'nobody',
      instanceType: 'c7g.large',
    });
    assert.deepEqual(
      mixed.rules.flatMap(({ rule, outcome }) => (outcome === 'refused' ? [rule] : [])),
      ['security groups', 'key pair', 'instance type'],
    );
  });

  await t.test('the job fails at once; no snapshot, volume, image or instance of it was ever made', async () => {
    const asked = await acme.api.call(tenantRoutes.startRestore, { body: { recoveryPointId, target: elsewhere } });
    const job = await waitForJob(acme, asked.jobId);
    await waitForCleanup(world, asked.jobId);
    assert.deepEqual([job.state, job.error?.name], ['failed', 'LaunchFailed'], JSON.stringify(job));
    assert.match(
      job.error?.message ?? '',
      new RegExp(`Nothing was begun: There is no subnet ${NONE}.*target\\.subnetId`),
    );
    assert.deepEqual(await leftInAccount(acme.ec2), before);
    const made = await world.local.cloud.trail.records({});
    const ofJob = made.filter((record) => JSON.stringify(record).includes(asked.jobId));
    assert.ok(ofJob.some(({ eventName }) => eventName === 'DescribeSubnets'));
    assert.deepEqual(
      ofJob
        .filter(({ eventName }) => /^(StartSnapshot|PutSnapshotBlock|Create|Register|RunInstances)/.test(eventName))
        .map((each) => each.eventName),
      [],
    );
  });

  await t.test('an account whose role is of before this is told so, and its restore goes on', async () => {
    const { admin } = world.local.cloud;
    const role = admin.role(acme.roleArn);
    assert.ok(role);
    const policies = Object.fromEntries(
      Object.entries(role.policies ?? {}).map(([name, policy]) => {
        const statements = [policy.Statement].flat().filter(({ Sid }) => !ADDED.includes(Sid ?? ''));
        return [name, { ...policy, Statement: statements }];
      }),
    );
    admin.putRole({ ...role, policies });
    const target = { kind: 'new-instance' } as const;
    const seen = await dryRun(acme, recoveryPointId, target);
    assert.equal(seen.allowed, true);
    assert.deepEqual(
      seen.rules.flatMap(({ rule, outcome }) => (outcome === 'not checked' ? [rule] : [])),
      ['subnet', 'security groups'],
    );
    const reasons = seen.rules.filter(({ outcome }) => outcome === 'not checked').map(({ reason }) => reason);
    assert.match(reasons[0] ?? '', /^It could not be checked: .*does not allow ec2:DescribeSubnets/);
    await restored(world, acme, truth, { recoveryPointId, target });
  });
});
