import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isOverdue, stopOverdueJob } from '../../core/steps/schedule/stop-overdue-job.ts';
import { doneOrders, openControl, reads } from './control-world.ts';
import { backupOf, copyOf, snapshotOf } from './flows-world.ts';

const [WEB, DB, LAB] = ['i-00000001', 'i-00000002', 'i-00000003'] as const;

for (const twice of [false, true]) {
  test(`a suspended backup goes on where it was: nothing that was read is read again${twice ? ', though every answer is lost once' : ''}`, async (t) => {
    const world = await openControl(t, { twice });
    const { account, tenantId } = world;
    account.addInstance(WEB, ['vol-00000001', 'vol-00000002']);
    account.addInstance(DB, ['vol-00000003']);
    const jobId = await world.suspended(backupOf({ instanceIds: [WEB, DB] }), 3);
    assert.deepEqual([world.phaseOf(jobId, WEB), world.phaseOf(jobId, DB)], ['suspended', 'suspended']);
    const kept = [...account.snapshots.keys()];
    assert.equal(kept.length, 3, 'the snapshots stay');
    for (const id of [WEB, DB]) assert.equal((await world.catalog.instances.get(tenantId, id))?.owner, undefined);
    assert.equal([...world.records.orders.values()].filter(({ state }) => state === 'queued').length, 0);

    await world.hour();
    const job = await world.resumed(jobId);
    assert.deepEqual([job.state, job.error, job.attempt], ['completed', undefined, 2]);
    assert.equal(account.log.length, 2, 'no snapshot was taken a second time');
    assert.deepEqual([...account.snapshots.keys()], kept);
    assert.deepEqual(reads(world).toSorted(), [
      'vol-00000001 0',
      'vol-00000001 1',
      'vol-00000002 0',
      'vol-00000002 1',
      'vol-00000003 0',
      'vol-00000003 1',
    ]);
    // All of it counts, whichever attempt has read it.
    const web = (await world.instancesOf(jobId)).find(({ instanceId }) => instanceId === WEB);
    assert.deepEqual([web?.counters.transferred, web?.plannedBlocks], [20, 16_384]);
    assert.deepEqual(
      Object.values(web?.progress ?? {}).map(({ stored, plannedBlocks }) => [stored, plannedBlocks]),
      [
        [10, 8_192],
        [10, 8_192],
      ],
    );
    const before = Object.values(web?.progress ?? {}).map((volume) => volume.before?.stored ?? 0);
    const ofFirst = reads(world)
      .slice(0, 3)
      .filter((read) => !read.startsWith('vol-00000003')).length;
    assert.deepEqual(
      [web?.countedBefore?.stored, before.reduce((sum, each) => sum + each, 0)],
      [5 * ofFirst, 5 * ofFirst],
    );
    const [point] = world.pointsOf(tenantId, WEB);
    assert.deepEqual([point?.state, point?.attempt], ['available', 2]);
    assert.equal(world.other.account.opened.length, 0);
  });
}

test('a backup may be suspended again and again, and each attempt reads what those before it have not', async (t) => {
  const world = await openControl(t);
  world.account.addInstance(WEB, ['vol-00000001', 'vol-00000002']);
  const jobId = await world.suspended(backupOf({ instanceIds: [WEB] }), 1);
  for (const attempt of [2, 3]) {
    world.node.willDo = 1;
    await world.ask('resume', jobId);
    await world.until(() => world.node.willDo === 0 && doneOrders(world, jobId) === (attempt * (attempt + 1)) / 2);
    await world.ask('suspend', jobId);
    const job = await world.finish(jobId);
    assert.deepEqual([job.state, job.attempt], ['suspended', attempt]);
  }
  // Once it does not even come to planning.
  await world.ask('resume', jobId);
  await world.ask('suspend', jobId);
  assert.equal((await world.finish(jobId)).state, 'suspended');
  const job = await world.resumed(jobId);
  assert.deepEqual([job.state, job.attempt], ['completed', 5]);
  assert.equal(reads(world).length, 4);
  assert.equal(new Set(reads(world)).size, 4);
  assert.equal(world.account.snapshots.size, 2);
});

test('a suspended job that is cancelled leaves nothing behind', async (t) => {
  const world = await openControl(t);
  world.account.addInstance(WEB, ['vol-00000001']);
  const jobId = await world.suspended(backupOf({ instanceIds: [WEB] }), 1);
  const view = await world.ask('cancel', jobId);
  assert.equal(view.state, 'cancelled');
  await world.cloud.finish(world.executionOf('cleanup', `${jobId}-1-cleanup-cancelled`));
  assert.equal(world.account.snapshots.size, 0);
  assert.deepEqual(
    [...world.records.points.values()].map(({ state }) => state),
    ['abandoned'],
  );
  await assert.rejects(world.ask('resume', jobId), { name: 'Conflict' });

  world.node.willDo = Number.POSITIVE_INFINITY;
  await world.ask('retry', jobId);
  const job = await world.finish(jobId);
  assert.deepEqual([job.state, world.pointsOf(world.tenantId, WEB).length], ['completed', 1]);
});

test('a job that is cancelled while it is being suspended is cancelled', async (t) => {
  const world = await openControl(t);
  world.account.addInstance(WEB, ['vol-00000001']);
  const jobId = await world.stuck(backupOf({ instanceIds: [WEB] }), 1);
  await world.ask('suspend', jobId);
  await world.ask('cancel', jobId);
  await assert.rejects(world.ask('suspend', jobId), { name: 'Conflict' });
  assert.equal((await world.finish(jobId)).state, 'cancelled');
  assert.equal(world.account.snapshots.size, 0);
});

test('what another backup has overtaken begins anew, and the old snapshots go', async (t) => {
  const world = await openControl(t);
  world.account.addInstance(WEB, ['vol-00000001']);
  const jobId = await world.suspended(backupOf({ instanceIds: [WEB] }), 1);
  await world.hour();
  world.node.willDo = Number.POSITIVE_INFINITY;
  assert.equal((await world.run(world.tenantId, backupOf({ instanceIds: [WEB] }))).state, 'completed');
  await world.hour();
  const job = await world.resumed(jobId);
  assert.equal(job.state, 'completed');
  const points = world.pointsOf(world.tenantId, WEB);
  assert.deepEqual(
    points.map(({ volumes }) => volumes[0]?.level),
    ['full', 'incremental'],
  );
  assert.equal((await world.catalog.instances.get(world.tenantId, WEB))?.head, points[1]?.recoveryPointId);
  assert.deepEqual(
    [...world.account.snapshots.keys()],
    points[1]?.volumes.map(({ snapshotId }) => snapshotId),
  );
  const abandoned = [...world.records.points.values()].filter(({ state }) => state === 'abandoned');
  assert.equal(abandoned.length, 1);
});

test('a resumed backup whose results the work area has forgotten reads them again', async (t) => {
  const world = await openControl(t);
  world.account.addInstance(WEB, ['vol-00000001']);
  const jobId = await world.suspended(backupOf({ instanceIds: [WEB] }), 1);
  for (const key of world.objects.keys()) if (key.includes('/results/')) world.objects.delete(key);
  assert.equal((await world.resumed(jobId)).state, 'completed');
  assert.deepEqual(reads(world).toSorted(), ['vol-00000001 0', 'vol-00000001 0', 'vol-00000001 1']);
});

test('a job that is suspended before it has begun is begun when it is resumed', async (t) => {
  const world = await openControl(t);
  world.account.addInstance(WEB, ['vol-00000001']);
  const jobId = await world.start(world.tenantId, backupOf({ instanceIds: [WEB] }));
  await world.ask('suspend', jobId);
  assert.equal((await world.finish(jobId)).state, 'suspended');
  assert.equal((await world.resumed(jobId)).state, 'completed');
});

test('a suspended backup copy goes on with the copy that it was at', async (t) => {
  const world = await openControl(t);
  world.account.addInstance(WEB, ['vol-00000001']);
  assert.equal((await world.run(world.tenantId, snapshotOf({ instanceIds: [WEB] }))).state, 'completed');
  await world.hour();
  assert.equal((await world.run(world.tenantId, snapshotOf({ instanceIds: [WEB] }))).state, 'completed');
  // The first copy is made (two segments, and what joins them), the second is begun.
  const jobId = await world.suspended(copyOf({ instanceIds: [WEB] }), 3);
  const job = await world.resumed(jobId);
  assert.deepEqual([job.state, job.error], ['completed', undefined]);
  const copies = world.pointsOf(world.tenantId, WEB).filter(({ kind }) => kind === 'backup-copy');
  assert.deepEqual(
    copies.map(({ volumes }) => volumes[0]?.level),
    ['full', 'incremental'],
  );
  assert.equal(reads(world).length, 3);
  assert.equal((await world.instancesOf(jobId))[0]?.recoveryPointIds?.length, 2);
  assert.equal([...world.records.points.values()].filter(({ state }) => state === 'pending').length, 0);
});

test('a suspended snapshot job keeps the snapshots that it has taken', async (t) => {
  const world = await openControl(t);
  world.account.addInstance(WEB, ['vol-00000001', 'vol-00000002']);
  const { account } = world;
  const take = account.take.bind(account);
  account.take = (...asked) => {
    const snapshot = { ...take(...asked), state: 'pending' } as const;
    account.snapshots.set(snapshot.snapshotId, snapshot);
    return snapshot;
  };
  const jobId = await world.start(world.tenantId, snapshotOf({ instanceIds: [WEB] }));
  await world.until(() => world.phaseOf(jobId, WEB) === 'waiting for snapshots');
  await world.ask('suspend', jobId);
  assert.equal((await world.finish(jobId)).state, 'suspended');
  for (const [id, snapshot] of account.snapshots) account.snapshots.set(id, { ...snapshot, state: 'completed' });
  assert.equal((await world.resumed(jobId)).state, 'completed');
  assert.equal(world.account.log.length, 1);
  const [point] = world.pointsOf(world.tenantId, WEB);
  assert.deepEqual(
    point?.volumes.map(({ snapshotId }) => snapshotId),
    [...world.account.snapshots.keys()],
  );
});

test('a job waits when all that it may work on waits for an access node, and runs with the first claim', async (t) => {
  const world = await openControl(t);
  for (const [index, id] of [WEB, DB, LAB].entries()) world.account.addInstance(id, [`vol-0000000${index}`]);
  world.node.isThere = false;
  const jobId = await world.start(world.tenantId, backupOf({ instanceIds: [WEB, DB, LAB], streams: 2 }));
  await world.until(() => world.jobOf(jobId).state === 'waiting');
  const phases = [WEB, DB, LAB].map((id) => world.phaseOf(jobId, id)).toSorted();
  assert.deepEqual(phases, ['waiting', 'waiting for an access node', 'waiting for an access node']);
  assert.deepEqual(await world.ask('suspend', jobId).then(({ state }) => state), 'waiting');
  assert.equal((await world.finish(jobId)).state, 'suspended');
  world.node.isThere = true;
  assert.equal((await world.resumed(jobId)).state, 'completed');
});

test('the failed of many instances are named with the reason of each; only these are tried again', async (t) => {
  const world = await openControl(t);
  const ids = Array.from({ length: 50 }, (_, at) => `i-000000${String(at).padStart(2, '0')}`);
  const missing = [ids[7], ids[21], ids[49]] as string[];
  for (const id of ids) if (!missing.includes(id)) world.account.addInstance(id, [`vol-${id.slice(2)}`]);
  const jobId = await world.start(world.tenantId, backupOf({ instanceIds: ids, streams: 10 }));
  const job = await world.finish(jobId);
  assert.deepEqual([job.state, job.error?.name], ['completed with errors', 'InstanceNotFound']);
  const named = missing.map((id) => `${id} (InstanceNotFound)`).join(', ');
  assert.equal(job.error?.message, `3 of 50 instances failed: ${named}`);

  for (const id of missing) world.account.addInstance(id, [`vol-${id.slice(2)}`]);
  world.account.log.length = 0;
  await world.ask('retry', jobId);
  const again = await world.finish(jobId);
  assert.deepEqual([again.state, again.error, again.attempt], ['completed', undefined, 2]);
  assert.deepEqual(world.account.log.toSorted(), missing.map((id) => `snapshots ${id}`).toSorted());
  await assert.rejects(world.ask('retry', jobId), { name: 'Conflict' });
});

test('a job that is over its deadline is stopped by that name; tried again, it has as much time as at first', async (t) => {
  const world = await openControl(t);
  world.account.addInstance(WEB, ['vol-00000001']);
  world.node.isThere = false;
  const deadlineAt = world.cloud.clock.now() + 30_000;
  const jobId = await world.start(world.tenantId, backupOf({ instanceIds: [WEB], deadlineAt, deadlineMs: 30_000 }));
  await world.until(() => world.jobOf(jobId).state === 'waiting');
  await world.cloud.clock.advance(31_000);
  assert.ok(isOverdue(world.jobOf(jobId), world.cloud.clock.now()));
  await stopOverdueJob(world.deps, world.jobOf(jobId));
  const job = await world.finish(jobId);
  const [child] = await world.instancesOf(jobId);
  assert.deepEqual(
    [job.state, job.error?.name, child?.phase, child?.error?.name],
    ['failed', 'DeadlineExceeded', 'failed', 'DeadlineExceeded'],
  );

  world.node.isThere = true;
  await world.ask('retry', jobId);
  assert.equal(world.jobOf(jobId).request.deadlineAt, world.cloud.clock.now() + 30_000);
  assert.equal((await world.finish(jobId)).state, 'completed');
});
