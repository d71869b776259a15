import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DescribeSnapshotsCommand } from '@aws-sdk/client-ec2';
import { sha256 } from '../../adapters/system.ts';
import { tenantRoutes } from '../../core/contracts/api.ts';
import { TAG } from '../../core/domain/effect.ts';
import { isRetentionTick, TICK_MS } from '../../core/steps/schedule/tick.ts';
import { idsOf, invoke, launch, pointOf, restored, run, write } from './tenant-days.ts';
import { hashesOf, openWorld, type Tenant } from './world.ts';

const retentionOf = ({ api }: Tenant) => api.call(tenantRoutes.planRetention, {});
const perform = ({ api }: Tenant, token: string) => api.call(tenantRoutes.runRetention, { body: { token } });
const pointsOf = async ({ api }: Tenant) =>
  (await api.call(tenantRoutes.listRecoveryPoints, { query: { state: 'all', limit: 100 } })).items;

const snapshotsOf = async ({ ec2 }: Tenant, recoveryPointId: string): Promise<number> => {
  const Filters = [{ Name: `tag:${TAG.recoveryPoint}`, Values: [recoveryPointId] }];
  return (await ec2.send(new DescribeSnapshotsCommand({ OwnerIds: ['self'], Filters }))).Snapshots?.length ?? 0;
};

test('retention shows what it would remove and why, removes just that, and nothing that a rule or a hold keeps', async (t) => {
  const world = await openWorld(t);
  const [acme, globex] = world.tenants;
  const [ofAcme, ofGlobex] = await Promise.all([launch(world, acme, 51), launch(world, globex, 52)]);
  const { planId } = await acme.api.call(tenantRoutes.addPlan, {
    body: { name: 'short', method: 'snapshot', retention: { count: 1 }, snapshotRetention: { count: 2 } },
  });
  await acme.api.call(tenantRoutes.addVmGroup, {
    body: { name: 'all', match: { instanceIds: [ofAcme.instanceId] }, planId },
  });
  const [volume] = idsOf(ofAcme) as [string];

  // Two backups and four snapshots by the plan; of the other tenant, as many snapshots as that plan would keep, and one more.
  const backups: string[] = [];
  const snapshots: string[] = [];
  let truth = new Map<string, string>();
  for (const round of [1, 2]) {
    await write(world, volume, 510 + round, 20 * round);
    truth = await hashesOf(world, [volume]);
    backups.push(pointOf(await run(world, acme, 'startBackup', { planId })));
  }
  const theirs: string[] = [];
  for (const round of [1, 2, 3, 4]) {
    const [own, other] = await Promise.all([
      run(world, acme, 'startSnapshot', { planId }),
      round < 4 ? run(world, globex, 'startSnapshot', { instanceIds: [ofGlobex.instanceId] }) : undefined,
    ]);
    snapshots.push(pointOf(own));
    if (other) theirs.push(pointOf(other));
  }
  const [first, second, third, fourth] = snapshots as [string, string, string, string];
  const [oldBackup, newBackup] = backups as [string, string];
  const hold = { recoveryPointId: first };

  await t.test('the plan says of every point whether it goes or stays, and why; a legal hold stays', async () => {
    const before = await retentionOf(acme);
    assert.deepEqual(
      before.removes.map(({ recoveryPointId }) => recoveryPointId).sort(),
      [oldBackup, first, second].sort(),
    );
    await acme.api.call(tenantRoutes.holdRecoveryPoint, { params: hold, body: { reason: 'case 4711' } });
    const { removes, keeps } = await retentionOf(acme);
    assert.deepEqual(removes.map(({ recoveryPointId }) => recoveryPointId).sort(), [oldBackup, second].sort());
    assert.ok(removes.every(({ reason }) => reason.length > 0));
    const why = Object.fromEntries(keeps.map(({ recoveryPointId, reason }) => [recoveryPointId, reason]));
    assert.match(why[first] ?? '', /legal hold: case 4711/);
    assert.match(why[third] ?? '', /one of the newest 2/);
    assert.match(why[fourth] ?? '', /the newest snapshot of its instance/);
    assert.match(why[newBackup] ?? '', /the newest backup of its instance/);

    await assert.rejects(perform(acme, before.token), /has changed since it was shown/);
    assert.ok(
      (await pointsOf(acme)).every(({ state }) => state === 'available'),
      'so far, nothing is gone',
    );
  });

  await t.test('performed, what goes is gone, snapshots and all; what stays is restored', async () => {
    const { token } = await retentionOf(acme);
    const { removed, failed } = await perform(acme, token);
    assert.deepEqual([removed.toSorted(), failed], [[oldBackup, second].sort(), []]);
    assert.deepEqual(await Promise.all(snapshots.map((id) => snapshotsOf(acme, id))), [1, 0, 1, 1]);
    const expired = (await pointsOf(acme)).filter(({ state }) => state === 'expired');
    assert.deepEqual(expired.map(({ recoveryPointId }) => recoveryPointId).sort(), [oldBackup, second].sort());
    for (const recoveryPointId of [oldBackup, second]) {
      await assert.rejects(
        acme.api.call(tenantRoutes.startRestore, { body: { recoveryPointId } }),
        /has expired: its data was removed by retention/,
      );
    }
    const target = { kind: 'volumes' } as const;
    // The newest backup is an incremental of the one that has expired.
    for (const recoveryPointId of [newBackup, first]) {
      await restored(world, acme, truth, { recoveryPointId, target });
    }
  });

  await t.test('the daily run does it by itself, on each tenant’s own tick', async () => {
    await acme.api.call(tenantRoutes.releaseRecoveryPoint, { params: hold });
    const today = Math.floor(Date.now() / TICK_MS) * TICK_MS;
    const ticks = Array.from({ length: 288 }, (_, at) => today + at * TICK_MS);
    const own = ticks.filter((tick) => isRetentionTick(sha256, acme.hypervisorId, tick));
    assert.equal(own.length, 1, 'once a day');
    const another = ticks.find((tick) => !isRetentionTick(sha256, acme.hypervisorId, tick)) ?? 0;
    const tick = (at: number) => invoke(world, 'tick', { scheduledTime: new Date(at).toISOString() });
    const outcome = { caughtUp: 0, overdue: 0, problems: [] };
    assert.deepEqual(await tick(another), { ...outcome, removed: 0 });
    assert.deepEqual(await tick(own[0] ?? 0), { ...outcome, removed: 1 });
    assert.deepEqual(await Promise.all(snapshots.map((id) => snapshotsOf(acme, id))), [0, 0, 1, 1]);
    assert.deepEqual((await retentionOf(acme)).removes, []);
  });

  await t.test('points without a plan stay, and nothing of another tenant was touched', async () => {
    const { removes, keeps, token } = await retentionOf(globex);
    assert.deepEqual(removes, []);
    assert.deepEqual(keeps.map(({ recoveryPointId }) => recoveryPointId).sort(), theirs.toSorted());
    assert.ok(keeps.every(({ reason }) => /under no plan|newest snapshot/.test(reason)));
    assert.deepEqual(await perform(globex, token), { removed: [], failed: [] });
    assert.deepEqual(await Promise.all(theirs.map((id) => snapshotsOf(globex, id))), [1, 1, 1]);
    const params = { recoveryPointId: theirs[0] ?? '' };
    const hold = acme.api.call(tenantRoutes.holdRecoveryPoint, { params, body: { reason: 'not mine' } });
    await assert.rejects(hold, /no recovery point of that id/);
  });
});
