import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { InstanceSettings } from '../../core/domain/instance-settings.ts';
import type { JobInstance } from '../../core/domain/job.ts';
import { jobInstanceView } from '../../core/domain/views.ts';
import type { DescribedInstance } from '../../core/ports/tenant-instances.ts';
import { aGroup, aPlan } from '../adapters/records.ts';
import { lambda } from '../local-states/fake-cloud.ts';
import { HOME } from './flows-account.ts';
import { backupOf, openFlows, snapshotOf } from './flows-world.ts';

const [WEB, DB, LAB] = ['i-00000001', 'i-00000002', 'i-00000003'] as const;
const SETTINGS: InstanceSettings = {
  ebsOptimized: false,
  monitoring: false,
  tenancy: 'default',
  hibernation: false,
  sourceDestCheck: true,
  networkInterfaces: [],
};

for (const run of [backupOf, snapshotOf]) {
  test(`settings that may not be read are a warning of the ${run({}).type}, for operator and tenant, and no error`, async (t) => {
    const world = await openFlows(t, { twice: true });
    const [{ tenantId, account }] = world.tenants;
    account.addInstance(WEB, ['vol-00000001']);
    account.addInstance(DB, ['vol-00000002']);
    const web = account.instances.get(WEB) as DescribedInstance;
    const settings = { ...SETTINGS, unreadable: ['the CPU options', 'the user data'] };
    account.instances.set(WEB, { ...web, configuration: { ...web.configuration, settings } });
    const job = await world.run(tenantId, run({ instanceIds: [WEB, DB] }));
    assert.deepEqual([job.state, job.error], ['completed', undefined]);
    const children = await world.instancesOf(job.jobId);
    const warned = children.find(({ instanceId }) => instanceId === WEB);
    assert.deepEqual(children.map(({ warnings }) => warnings?.map(({ name }) => name)).filter(Boolean), [
      ['SettingsNotRead'],
    ]);
    for (const audience of [
      { kind: 'operator' },
      { kind: 'tenant', accountId: '222222222222', hypervisorId: tenantId },
    ] as const) {
      const [shown] = jobInstanceView(warned as JobInstance, audience, 1).warnings ?? [];
      assert.match(shown?.message ?? '', /not in the recovery point: the CPU options, the user data\./);
      assert.match(shown?.remedy ?? '', /BackupRecordsSettings/);
    }
  });
}

for (const twice of [false, true]) {
  test(`a plan's instances are backed up, in full and then what changed${twice ? ', though every answer is lost once' : ''}`, async (t) => {
    const world = await openFlows(t, { twice });
    const [{ tenantId, account }, other] = world.tenants;
    account.addInstance(WEB, ['vol-00000001', 'vol-00000002'], { role: 'shop' });
    account.addInstance(DB, ['vol-00000003'], { role: 'shop' });
    account.addInstance(LAB, ['vol-00000004'], { role: 'lab' });
    other.account.addInstance(LAB, ['vol-00000009'], { role: 'shop' });
    const plan = { ...aPlan(tenantId), fullEvery: 0 as const };
    await world.catalog.plans.add(plan);
    await world.catalog.vmGroups.add({
      ...aGroup(tenantId),
      match: { tag: { key: 'role', value: 'shop' } },
      exclude: { volumes: [{ tag: { key: 'disk', value: '1' } }] },
      planId: plan.planId,
    });

    const first = await world.run(tenantId, backupOf({ planId: plan.planId }));
    assert.deepEqual([first.state, first.error], ['completed', undefined]);
    const children = await world.instancesOf(first.jobId);
    assert.deepEqual(children.map(({ instanceId, phase }) => [instanceId, phase]).sort(), [
      [WEB, 'done'],
      [DB, 'done'],
    ]);
    const web = children.find(({ instanceId }) => instanceId === WEB);
    assert.deepEqual(web?.excludedVolumes, [{ volumeId: 'vol-00000002', rule: 'tag disk=1' }]);
    assert.deepEqual([web?.plannedBlocks, web?.counters.transferred], [8_192, 10]);
    const [point] = world.pointsOf(tenantId, WEB);
    assert.deepEqual(
      [point?.kind, point?.planId, point?.consistency, point?.volumes.map(({ volumeId }) => volumeId)],
      ['streaming', plan.planId, { kind: 'crash' }, ['vol-00000001']],
    );
    assert.equal(point?.volumes[0]?.levelReason, 'there is no earlier backup of the instance');

    await world.hour();
    const second = await world.run(tenantId, backupOf({ planId: plan.planId }));
    assert.equal(second.state, 'completed');
    const newest = world.pointsOf(tenantId, WEB)[1];
    assert.deepEqual(
      [newest?.volumes[0]?.level, newest?.volumes[0]?.parentPointId, newest?.volumes[0]?.baseSnapshotId],
      ['incremental', point?.recoveryPointId, point?.volumes[0]?.snapshotId],
    );
    const { head, owner, committed } = (await world.catalog.instances.get(tenantId, WEB)) ?? {};
    assert.deepEqual([head, committed, owner], [newest?.recoveryPointId, newest?.recoveryPointId, undefined]);
    // One snapshot a volume is left, and nothing of the other tenant was touched.
    assert.equal(account.snapshots.size, 2);
    assert.deepEqual([other.account.opened, other.account.snapshots.size], [[], 0]);
    assert.ok(account.opened.every(({ to }) => ['look', 'protect', 'clean-up'].includes(to)));
  });
}

test('of a job whose instances fail in part, the good are kept, the bad are named, and only these are tried again', async (t) => {
  const world = await openFlows(t);
  const [{ tenantId, account }] = world.tenants;
  account.addInstance(WEB, ['vol-00000001']);
  account.addInstance(DB, ['vol-00000003']);
  const job = await world.run(tenantId, backupOf({ instanceIds: [WEB, DB, LAB] }));
  assert.deepEqual([job.state, job.error?.name], ['completed with errors', 'InstanceNotFound']);
  const phases = (await world.instancesOf(job.jobId)).map(({ instanceId, phase }) => [instanceId, phase]);
  assert.deepEqual(phases, [
    [WEB, 'done'],
    [DB, 'done'],
    [LAB, 'failed'],
  ]);
  account.addInstance(LAB, ['vol-00000004']);
  account.log.length = 0;
  const again = await world.retry(job.jobId);
  assert.deepEqual([again.state, again.error], ['completed', undefined]);
  assert.deepEqual(account.log, [`snapshots ${LAB}`]);
  assert.equal(world.pointsOf(tenantId, WEB).length, 1);
});

test('a volume is read in full where there is nothing to compare with, and the reason is said', async (t) => {
  const world = await openFlows(t);
  const [{ tenantId, account }] = world.tenants;
  account.addInstance(WEB, ['vol-00000001', 'vol-00000002']);
  const plan = { ...aPlan(tenantId), fullEvery: 7 as const };
  await world.catalog.plans.add(plan);
  const levels = async () => {
    const { jobId, state } = await world.run(tenantId, backupOf({ instanceIds: [WEB], planId: plan.planId }));
    assert.equal(state, 'completed');
    return (await world.instancesOf(jobId))[0]?.volumes?.map(({ level, reason }) => reason ?? level);
  };
  await levels();
  await world.hour();
  assert.deepEqual(await levels(), ['incremental', 'incremental']);

  const bases = world
    .pointsOf(tenantId, WEB)
    .at(-1)
    ?.volumes.map(({ snapshotId }) => snapshotId) as string[];
  account.unrelated.add(bases[0] as string);
  account.snapshots.delete(bases[1] as string);
  await world.hour();
  const [lineage, gone] = (await levels()) ?? [];
  assert.match(lineage ?? '', /^EBS knows no lineage from snap-/);
  assert.match(gone ?? '', /^the snapshot of the earlier backup, snap-\d+, is gone$/);

  await world.cloud.clock.advance(6.4 * 86_400_000);
  assert.deepEqual(await levels(), ['incremental', 'incremental']);
  await world.cloud.clock.advance(0.3 * 86_400_000);
  const due = 'the plan takes a full every 7 days, and the last one is older';
  assert.deepEqual(await levels(), [due, due]);
});

test('volumes that come and go while the snapshots are taken do not fail the job', async (t) => {
  const world = await openFlows(t);
  const [{ tenantId, account }] = world.tenants;
  account.addInstance(WEB, ['vol-00000001', 'vol-00000002']);
  account.trouble.set('snapshots', () => {
    account.trouble.clear();
    account.attach(WEB, 'vol-00000007');
    const instance = account.instances.get(WEB);
    assert.ok(instance);
    const volumes = instance.volumes.filter(({ volumeId }) => volumeId !== 'vol-00000002');
    account.instances.set(WEB, { ...instance, volumes });
  });
  const job = await world.run(tenantId, backupOf({ instanceIds: [WEB] }));
  assert.deepEqual([job.state, job.error], ['completed', undefined]);
  const volumes = world.pointsOf(tenantId, WEB)[0]?.volumes.map(({ volumeId }) => volumeId);
  assert.deepEqual(volumes, ['vol-00000001', 'vol-00000007']);
});

test('what a job of a VM group makes is under the plan that protects the group; other groups of the plan are not touched', async (t) => {
  const world = await openFlows(t);
  const [{ tenantId, account }] = world.tenants;
  account.addInstance(WEB, ['vol-00000001'], { role: 'shop' });
  account.addInstance('i-0000000000000ab12', ['vol-00000009'], { role: 'lab' });
  const group = { ...aGroup(tenantId), match: { tag: { key: 'role', value: 'shop' } }, planId: 'plan-00000001' };
  await world.catalog.vmGroups.add(group);
  await world.catalog.vmGroups.add({
    ...group,
    groupId: 'vmg-00000099',
    match: { tag: { key: 'role', value: 'lab' } },
  });
  const job = await world.run(tenantId, backupOf({ groupIds: [group.groupId] }));
  assert.equal(job.state, 'completed', JSON.stringify(job.error));
  assert.deepEqual(
    world.pointsOf(tenantId, WEB).map(({ planId }) => planId),
    ['plan-00000001'],
  );
  assert.deepEqual(world.pointsOf(tenantId, 'i-0000000000000ab12'), []);
});

test('a job that nothing matches, or that its rules do not allow any more, fails by name and does nothing', async (t) => {
  const world = await openFlows(t);
  const [{ tenantId, account }] = world.tenants;
  account.addInstance(WEB, ['vol-00000001'], { role: 'lab' });
  const group = { ...aGroup(tenantId), match: { tag: { key: 'role', value: 'shop' } } };
  await world.catalog.vmGroups.add(group);
  const none = await world.run(tenantId, backupOf({ groupIds: [group.groupId] }));
  assert.deepEqual([none.state, none.error?.name], ['failed', 'InstanceNotFound']);
  assert.match(none.error?.message ?? '', /no VM group of the job \(shops\) matches/);

  const hotadd = await world.run(tenantId, backupOf({ instanceIds: [WEB], transport: 'hotadd' }));
  assert.deepEqual([hotadd.state, hotadd.error?.name], ['failed', 'NotAvailable']);
  world.records.hypervisors.set(world.service.hypervisorId, { ...world.service, accessNodes: 'automatic' });
  const refused = await world.run(tenantId, backupOf({ instanceIds: [WEB] }));
  assert.deepEqual([refused.state, refused.error?.name], ['failed', 'RuleViolated']);
  assert.deepEqual([account.log, account.snapshots.size], [[], 0]);
});

test('without an access node a backup fails by name, and leaves nothing behind', async (t) => {
  const world = await openFlows(t);
  const [{ tenantId, account }] = world.tenants;
  account.addInstance(WEB, ['vol-00000001']);
  world.node.isThere = false;
  const job = await world.run(tenantId, backupOf({ instanceIds: [WEB] }));
  assert.deepEqual([job.state, job.error?.name], ['failed', 'NoAccessNode']);
  assert.equal([...account.snapshots.values()].filter(({ region }) => region === HOME).length, 0);
  assert.deepEqual(world.pointsOf(tenantId, WEB), []);
  assert.equal((await world.catalog.instances.get(tenantId, WEB))?.owner, undefined);
});

test('a run of a planning step that comes too late changes nothing of a recovery point whose data is known', async (t) => {
  const world = await openFlows(t);
  const [{ tenantId, account }] = world.tenants;
  account.addInstance(WEB, ['vol-00000001']);
  const late: unknown[] = [];
  const { OpenSource, CommitRecoveryPoint } = world.functions;
  world.cloud.handlers.set(
    'lambda:Invoke',
    lambda({
      ...world.functions,
      OpenSource: async (event) => {
        late.push(event);
        return OpenSource(event);
      },
      CommitRecoveryPoint: async (event) => {
        const commit = world.catalog.instances.commit.bind(world.catalog.instances);
        world.catalog.instances.commit = async (...args) => {
          await assert.rejects(OpenSource(late[0]), { name: 'RecoveryPointUnavailable' });
          return commit(...args);
        };
        return CommitRecoveryPoint(event);
      },
    }),
  );
  const job = await world.run(tenantId, backupOf({ instanceIds: [WEB] }));
  assert.deepEqual([job.state, job.error], ['completed', undefined]);
  const [point] = world.pointsOf(tenantId, WEB);
  assert.deepEqual(
    point?.volumes.map(({ dataBlocks, pageDataBlocks }) => [dataBlocks, pageDataBlocks]),
    [[8_192, [4_096, 4_096]]],
  );
});

test('a recovery point of which it is not known where its data is, is not restored as zeros', async (t) => {
  const world = await openFlows(t);
  const [{ tenantId, account }] = world.tenants;
  account.addInstance(WEB, ['vol-00000001']);
  const { jobId } = await world.run(tenantId, backupOf({ instanceIds: [WEB] }));
  const [point] = world.pointsOf(tenantId, WEB);
  const [volume] = point?.volumes ?? [];
  assert.ok(point && volume);
  for (const damage of [{ pageDataBlocks: [] }, { pageDataBlocks: [4_096] }, { dataBlocks: 9 }]) {
    world.records.points.set(point.recoveryPointId, { ...point, volumes: [{ ...volume, ...damage }] });
    const input = {
      jobId,
      attempt: 1,
      tenantId,
      instanceId: WEB,
      recoveryPointId: point.recoveryPointId,
      direction: 'to-snapshots',
      snapshotIds: ['snap-00000009'],
    };
    await assert.rejects(world.functions.PlanTransfer(input), /its record is damaged/);
  }
});
