import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DescribeSnapshotsCommand, type Snapshot } from '@aws-sdk/client-ec2';
import { tenantRoutes } from '../../core/contracts/api.ts';
import { TAG } from '../../core/domain/effect.ts';
import { leftInAccount, type TenantInstance } from '../../dev/demo/tenant-instance.ts';
import type { PolicyStatement } from '../../local/kernel/service.ts';
import { commandsTo, guest, idsOf, launch, ownerEc2, pointOf, restored, run, write } from './tenant-days.ts';
import { hashesOf, instanceWithData, openWorld, type Tenant, type World } from './world.ts';

const OTHER_REGION = 'eu-west-1';
const FREEZE = 'fsfreeze --freeze /data';
const THAW = 'fsfreeze --unfreeze /data';

const snapshotsOf = async (tenant: Tenant, recoveryPointId: string, ec2 = tenant.ec2): Promise<Snapshot[]> => {
  const Filters = [{ Name: `tag:${TAG.recoveryPoint}`, Values: [recoveryPointId] }];
  return (await ec2.send(new DescribeSnapshotsCommand({ OwnerIds: ['self'], Filters }))).Snapshots ?? [];
};
const tagsOf = ({ Tags = [] }: Snapshot) => Object.fromEntries(Tags.map(({ Key, Value }) => [Key, Value]));

const EC2_TRUST = {
  Statement: { Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' },
} as const;
const SNAPSHOTS = 'arn:aws:ec2:*:*:snapshot/*';
/** What AWS's managed policy AWSEC2VssSnapshotPolicy lets a guest do with snapshots. */
const VSS_POLICY: readonly PolicyStatement[] = [
  { Effect: 'Allow', Action: 'ec2:DescribeInstanceAttribute', Resource: 'arn:aws:ec2:*:*:instance/*' },
  {
    Effect: 'Allow',
    Action: 'ec2:CreateSnapshots',
    Resource: ['arn:aws:ec2:*:*:instance/*', 'arn:aws:ec2:*:*:volume/*'],
  },
  {
    Effect: 'Allow',
    Action: 'ec2:CreateSnapshots',
    Resource: SNAPSHOTS,
    Condition: { StringLike: { 'aws:RequestTag/AwsVssConfig': '*' } },
  },
  {
    Effect: 'Allow',
    Action: 'ec2:CreateTags',
    Resource: SNAPSHOTS,
    Condition: { StringEquals: { 'ec2:CreateAction': 'CreateSnapshots' } },
  },
  {
    Effect: 'Allow',
    Action: 'ec2:CreateTags',
    Resource: SNAPSHOTS,
    Condition: { StringLike: { 'ec2:ResourceTag/AwsVssConfig': '*' } },
  },
];

const windows = (world: World, tenant: Tenant, seed: number): Promise<TenantInstance> => {
  const policies = { vss: { Version: '2012-10-17', Statement: VSS_POLICY } };
  world.local.cloud.admin.putRole({
    accountId: tenant.accountId,
    name: 'windows-guest',
    trustPolicy: EC2_TRUST,
    policies,
  });
  return launch(world, tenant, seed, {
    image: 'windows',
    IamInstanceProfile: { Name: 'windows-guest' },
    BlockDeviceMappings: [{ DeviceName: 'xvdf', Ebs: { VolumeSize: 1 } }],
  });
};

/** A snapshot job that asks for application consistency, and what came of it. */
const asked = async (world: World, tenant: Tenant, { instanceId }: TenantInstance) => {
  const job = await run(world, tenant, 'startSnapshot', {
    instanceIds: [instanceId],
    consistency: { kind: 'application', freeze: FREEZE, thaw: THAW },
  });
  const recoveryPointId = pointOf(job);
  const point = await tenant.api.call(tenantRoutes.getRecoveryPoint, { params: { recoveryPointId } });
  assert.deepEqual(job.instances?.[0]?.consistency, point.consistency, 'the job and its point say the same');
  const commands = await commandsTo(world, instanceId);
  return { point, commands, scripts: commands.map(({ parameters }) => parameters.commands?.join('\n')) };
};

test('O2: snapshots are recovery points, crash- or application-consistent, and need no access node', async (t) => {
  const world = await openWorld(t, { nodes: 0 });
  const [acme, globex] = world.tenants;
  const points = new Map<Tenant, string[]>([
    [acme, []],
    [globex, []],
  ]);

  await t.test('all volumes of an instance at one instant; both tenants restore them as they were', async () => {
    const one = async (tenant: Tenant, seed: number): Promise<void> => {
      const instance = await instanceWithData(world, tenant, [1, 1], { seed, mibPerPage: 1 });
      const truth = await hashesOf(world, idsOf(instance));
      const mark = world.local.cloud.trail.mark();
      const recoveryPointId = pointOf(
        await run(world, tenant, 'startSnapshot', { instanceIds: [instance.instanceId] }),
      );
      points.get(tenant)?.push(recoveryPointId);
      for (const volumeId of idsOf(instance)) await write(world, volumeId, seed + 5, 5);
      const taken = await world.local.cloud.trail.records({
        since: mark,
        account: tenant.accountId,
        eventName: 'CreateSnapshots',
      });
      assert.equal(taken.length, 1, 'one call for the set');
      assert.equal((await snapshotsOf(tenant, recoveryPointId)).length, 2);
      const point = await tenant.api.call(tenantRoutes.getRecoveryPoint, { params: { recoveryPointId } });
      assert.deepEqual([point.kind, point.state, point.consistency], ['snapshot', 'available', { kind: 'crash' }]);
      assert.deepEqual(point.volumes.map(({ volumeId }) => volumeId).sort(), idsOf(instance).sort());

      const result = await restored(world, tenant, truth, { recoveryPointId });
      assert.equal(result.volumes.length, 2);
      assert.equal((await snapshotsOf(tenant, recoveryPointId)).length, 2, 'they are there for the next restore');
    };
    await Promise.all([one(acme, 21), one(globex, 22)]);
  });

  await t.test(
    'application-consistent: it holds still, the snapshots are taken, it goes on, in this order',
    async () => {
      const instance = await launch(world, acme, 23);
      await guest(world, instance.instanceId, { agent: true });
      const mark = world.local.cloud.trail.mark();
      const { point, commands, scripts } = await asked(world, acme, instance);
      points.get(acme)?.push(point.recoveryPointId);
      assert.deepEqual(point.consistency, { kind: 'application' });
      assert.deepEqual(scripts, [FREEZE, THAW]);
      const [freeze, thaw] = commands;
      const [taken] = await world.local.cloud.trail.records({
        since: mark,
        account: acme.accountId,
        eventName: 'CreateSnapshots',
      });
      const takenAt = Date.parse(taken?.eventTime ?? '');
      assert.ok((freeze?.endedAt ?? Number.NaN) <= takenAt, 'it held still before');
      assert.ok((thaw?.requestedAt ?? Number.NaN) >= takenAt, 'it went on after');
    },
  );

  await t.test('application-consistent on Windows: VSS takes them, and vouches for them', async () => {
    const instance = await windows(world, globex, 24);
    const truth = await hashesOf(world, idsOf(instance));
    const { point, commands } = await asked(world, globex, instance);
    points.get(globex)?.push(point.recoveryPointId);
    assert.deepEqual(point.consistency, { kind: 'application' });
    assert.deepEqual(
      commands.map(({ document }) => document),
      ['AWSEC2-CreateVssSnapshot'],
    );
    const snapshots = await snapshotsOf(globex, point.recoveryPointId);
    assert.deepEqual(
      snapshots.map((each) => tagsOf(each).AppConsistent),
      ['True', 'True'],
    );
    await restored(world, globex, truth, {
      recoveryPointId: point.recoveryPointId,
      target: { kind: 'volumes' },
    });
  });

  await t.test('where it cannot be had, the snapshots are crash-consistent, and it is said why', async () => {
    const cases = [
      { tenant: acme, of: launch, guest: {}, why: /agent of the instance does not answer/, sent: 0 },
      {
        tenant: globex,
        of: launch,
        guest: { agent: true, scripts: [{ contains: '--freeze', outcome: 'fail' }], stderr: '/data: not found; ' },
        why: /makes its applications hold still failed.*\/data: not found/,
        // whatever it did before it failed: it is told to go on
        sent: 2,
      },
      {
        tenant: acme,
        of: windows,
        guest: { vss: 'missing' },
        why: /VSS.*AwsVssComponents is not installed/,
        sent: 1,
      },
    ] as const;
    await Promise.all(
      cases.map(async ({ tenant, of, why, sent, ...each }, at) => {
        const instance = await of(world, tenant, 25 + at);
        await guest(world, instance.instanceId, each.guest);
        const { point, commands } = await asked(world, tenant, instance);
        points.get(tenant)?.push(point.recoveryPointId);
        assert.equal(point.consistency?.kind, 'crash');
        assert.match(point.consistency?.reason ?? '', why);
        assert.equal(commands.length, sent);
        assert.equal((await snapshotsOf(tenant, point.recoveryPointId)).length, instance.volumes.length);
      }),
    );
  });

  await t.test('also copied to another region, where the account owns them', async () => {
    const instance = await launch(world, acme, 28);
    const recoveryPointId = pointOf(
      await run(world, acme, 'startSnapshot', { instanceIds: [instance.instanceId], copyToRegion: OTHER_REGION }),
    );
    points.get(acme)?.push(recoveryPointId);
    const point = await acme.api.call(tenantRoutes.getRecoveryPoint, { params: { recoveryPointId } });
    assert.deepEqual(point.regionCopy, { region: OTHER_REGION, state: 'completed' });
    const there = ownerEc2(world, acme, OTHER_REGION);
    assert.deepEqual(
      (await snapshotsOf(acme, recoveryPointId, there)).map(({ State }) => State),
      ['completed'],
    );
    assert.deepEqual((await leftInAccount(there)).snapshots.length, 1, 'and nothing else');
    assert.deepEqual((await leftInAccount(ownerEc2(world, globex, OTHER_REGION))).snapshots, []);
  });

  await t.test('each tenant has its own points, whose snapshots are all that is left in its account', async () => {
    for (const [tenant, own] of points) {
      const { items } = await tenant.api.call(tenantRoutes.listRecoveryPoints, {});
      assert.deepEqual(items.map(({ recoveryPointId }) => recoveryPointId).sort(), own.sort());
      const left = await leftInAccount(tenant.ec2);
      assert.equal(left.snapshots.length, items.flatMap(({ volumes }) => volumes).length);
      assert.deepEqual(left.images, []);
    }
  });
});
