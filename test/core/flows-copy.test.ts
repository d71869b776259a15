import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lambda } from '../local-states/fake-cloud.ts';
import { backupOf, copyOf, openFlows, snapshotOf } from './flows-world.ts';

const [WEB, DB] = ['i-00000001', 'i-00000002'] as const;

for (const twice of [false, true]) {
  test(`what is not copied yet is copied, oldest first${twice ? ', though every answer is lost once' : ''}`, async (t) => {
    const world = await openFlows(t, { twice });
    const [{ tenantId, account }, other] = world.tenants;
    account.addInstance(WEB, ['vol-00000001', 'vol-00000002']);
    other.account.addInstance(WEB, ['vol-00000001']);
    await world.run(tenantId, backupOf({ instanceIds: [WEB] }));
    for (const _ of [1, 2]) {
      await world.hour();
      await world.run(tenantId, snapshotOf({ instanceIds: [WEB] }));
    }
    const [backup, older, newer] = world.pointsOf(tenantId, WEB);
    await world.hour();
    const job = await world.run(tenantId, copyOf({ instanceIds: [WEB] }));
    assert.deepEqual([job.state, job.error], ['completed', undefined]);

    const copies = world.pointsOf(tenantId, WEB).filter(({ kind }) => kind === 'backup-copy');
    assert.deepEqual(
      copies.map(({ copyOf: of, takenAt }) => [of, takenAt]),
      [older, newer].map((point) => [point?.recoveryPointId, point?.takenAt]),
    );
    assert.deepEqual(
      copies.map(({ volumes }) => volumes.map(({ level, parentPointId }) => [level, parentPointId])),
      [backup, copies[0]].map((point) => [1, 2].map(() => ['incremental', point?.recoveryPointId])),
    );
    for (const [snapshot, copy] of [[older, copies[0]] as const, [newer, copies[1]] as const]) {
      const now = await world.catalog.points.get(tenantId, snapshot?.recoveryPointId ?? '');
      assert.deepEqual([now?.state, now?.copiedTo], ['available', copy?.recoveryPointId]);
    }
    const [child] = await world.instancesOf(job.jobId);
    assert.deepEqual(
      [child?.phase, child?.recoveryPointIds, child?.counters.transferred],
      ['done', copies.map(({ recoveryPointId }) => recoveryPointId), 20],
    );
    assert.equal(child?.countedBefore?.stored, 10, 'the second copy’s pace is its own');
    const volumes = Object.values(child?.progress ?? {});
    assert.deepEqual(
      volumes.map(({ stored }) => stored),
      [10, 10],
      'what was moved of each volume, by both copies together',
    );
    assert.equal(
      volumes.reduce((sum, { plannedBlocks }) => sum + plannedBlocks, 0),
      child?.plannedBlocks,
    );
    const record = await world.catalog.instances.get(tenantId, WEB);
    assert.deepEqual([record?.head, record?.owner], [copies[1]?.recoveryPointId, undefined]);
    // The snapshots are recovery points and stay; what only the backup before them compared with is gone.
    assert.equal(account.snapshots.size, 4);

    const orders = world.node.orders.length;
    const again = await world.run(tenantId, copyOf({ instanceIds: [WEB] }));
    assert.deepEqual([again.state, world.node.orders.length - orders], ['completed', 0]);
    assert.deepEqual(other.account.opened, []);
  });
}

test('a backup copy follows a snapshot at once where that is asked for', async (t) => {
  const world = await openFlows(t, { twice: true });
  const [{ tenantId, account }] = world.tenants;
  account.addInstance(WEB, ['vol-00000001']);
  account.addInstance(DB, ['vol-00000002']);
  await world.run(tenantId, snapshotOf({ instanceIds: [DB] }));
  const job = await world.run(tenantId, snapshotOf({ instanceIds: [WEB], copyAtOnce: true }));
  assert.equal(job.state, 'completed');
  const copy = [...world.records.jobs.values()].find(({ type }) => type === 'backup-copy');
  assert.ok(copy);
  assert.deepEqual([copy.trigger, copy.requestedBy], ['job', job.requestedBy]);
  assert.equal((await world.finish(copy.jobId)).state, 'completed');
  assert.deepEqual(
    world.pointsOf(tenantId, WEB).map(({ kind }) => kind),
    ['snapshot', 'backup-copy'],
  );
  // Of that job's snapshots, not of all there are.
  assert.deepEqual(
    world.pointsOf(tenantId, DB).map(({ kind }) => kind),
    ['snapshot'],
  );
});

test('a copy of an older snapshot than the newest backup is read in full, and does not become what is compared with', async (t) => {
  const world = await openFlows(t);
  const [{ tenantId, account }] = world.tenants;
  account.addInstance(WEB, ['vol-00000001']);
  await world.run(tenantId, snapshotOf({ instanceIds: [WEB] }));
  await world.hour();
  await world.run(tenantId, backupOf({ instanceIds: [WEB] }));
  const [snapshot, backup] = world.pointsOf(tenantId, WEB);
  const ids = [snapshot?.recoveryPointId ?? ''];
  const job = await world.run(tenantId, copyOf({ recoveryPointIds: ids }));
  assert.equal(job.state, 'completed');
  const copy = world.pointsOf(tenantId, WEB).at(-1);
  assert.deepEqual(
    [copy?.kind, copy?.volumes[0]?.levelReason],
    ['backup-copy', 'a newer backup of the instance is in the library already'],
  );
  assert.equal((await world.catalog.instances.get(tenantId, WEB))?.head, backup?.recoveryPointId);
  assert.equal(account.snapshots.size, 2);
});

test('a snapshot whose data is gone is passed over and named; those after it are copied', async (t) => {
  const world = await openFlows(t);
  const [{ tenantId, account }] = world.tenants;
  account.addInstance(WEB, ['vol-00000001']);
  for (const _ of [1, 2]) {
    await world.run(tenantId, snapshotOf({ instanceIds: [WEB] }));
    await world.hour();
  }
  const [gone, good] = world.pointsOf(tenantId, WEB);
  account.snapshots.delete(gone?.volumes[0]?.snapshotId ?? '');
  const job = await world.run(tenantId, copyOf({ instanceIds: [WEB] }));
  assert.deepEqual([job.state, job.error?.name], ['completed with errors', 'RecoveryPointUnavailable']);
  assert.match(job.error?.message ?? '', new RegExp(`${gone?.recoveryPointId} cannot be copied`));
  const copies = world.pointsOf(tenantId, WEB).filter(({ kind }) => kind === 'backup-copy');
  assert.deepEqual(
    copies.map(({ copyOf: of }) => of),
    [good?.recoveryPointId],
  );
});

test('a copy that found no access node is tried again with what is left, and leaves the snapshots alone', async (t) => {
  const world = await openFlows(t);
  const [{ tenantId, account }] = world.tenants;
  account.addInstance(WEB, ['vol-00000001']);
  await world.run(tenantId, snapshotOf({ instanceIds: [WEB] }));
  world.node.isThere = false;
  const job = await world.run(tenantId, copyOf({ instanceIds: [WEB] }));
  assert.deepEqual([job.state, job.error?.name], ['failed', 'NoAccessNode']);
  assert.deepEqual((await world.instancesOf(job.jobId))[0]?.recoveryPointIds, []);
  assert.equal(account.snapshots.size, 1);
  world.node.isThere = true;
  const again = await world.retry(job.jobId);
  assert.deepEqual([again.state, again.error], ['completed', undefined]);
  assert.deepEqual(
    world.pointsOf(tenantId, WEB).map(({ kind }) => kind),
    ['snapshot', 'backup-copy'],
  );
});

test('another tenant’s snapshot is answered like one that does not exist', async (t) => {
  const world = await openFlows(t);
  const [{ tenantId, account }, other] = world.tenants;
  account.addInstance(WEB, ['vol-00000001']);
  await world.run(tenantId, snapshotOf({ instanceIds: [WEB] }));
  const ids = [world.pointsOf(tenantId, WEB)[0]?.recoveryPointId ?? ''];
  const foreign = await world.run(other.tenantId, copyOf({ recoveryPointIds: ids }));
  const absent = await world.run(other.tenantId, copyOf({ recoveryPointIds: ['rp-00000000'] }));
  for (const job of [foreign, absent])
    assert.deepEqual([job.state, job.error?.name], ['failed', 'RecoveryPointUnavailable']);
  assert.equal(foreign.error?.message.replace(ids[0] ?? '', 'rp-00000000'), absent.error?.message);
});

for (const twice of [false, true]) {
  test(`a snapshot that cannot be read keeps none of those after it from being copied${twice ? ', though every answer is lost once' : ''}`, async (t) => {
    const world = await openFlows(t, { twice });
    const [{ tenantId, account }] = world.tenants;
    account.addInstance(WEB, ['vol-00000001']);
    for (const _ of [1, 2, 3]) {
      await world.run(tenantId, snapshotOf({ instanceIds: [WEB] }));
      await world.hour();
    }
    const [first, bad, last] = world.pointsOf(tenantId, WEB);
    world.node.unreadable.set(bad?.volumes[0]?.snapshotId ?? '', 'TenantAccessLost');
    const job = await world.run(tenantId, copyOf({ instanceIds: [WEB] }));
    assert.deepEqual([job.state, job.error?.name], ['failed', 'TenantAccessLost']);
    const copied = () => world.pointsOf(tenantId, WEB).flatMap(({ copyOf: of }) => of ?? []);
    assert.deepEqual(copied(), [first?.recoveryPointId, last?.recoveryPointId]);
    assert.equal((await world.instancesOf(job.jobId))[0]?.recoveryPointIds?.length, 2);
    assert.deepEqual(
      [...world.records.points.values()]
        .filter(({ kind }) => kind === 'backup-copy')
        .map(({ state }) => state)
        .sort(),
      ['abandoned', 'available', 'available'],
    );
    assert.equal((await world.catalog.instances.get(tenantId, WEB))?.owner, undefined);

    world.node.unreadable.clear();
    const again = await world.retry(job.jobId);
    assert.deepEqual([again.state, again.error], ['completed', undefined]);
    assert.deepEqual(
      copied(),
      [first, last, bad].map((point) => point?.recoveryPointId),
    );
  });
}

test('what stops every copy stops the first one', async (t) => {
  const world = await openFlows(t);
  const [{ tenantId, account }] = world.tenants;
  account.addInstance(WEB, ['vol-00000001']);
  for (const _ of [1, 2]) {
    await world.run(tenantId, snapshotOf({ instanceIds: [WEB] }));
    await world.hour();
  }
  for (const { volumes } of world.pointsOf(tenantId, WEB))
    world.node.unreadable.set(volumes[0]?.snapshotId ?? '', 'LibraryFull');
  const job = await world.run(tenantId, copyOf({ instanceIds: [WEB] }));
  assert.deepEqual([job.state, job.error?.name], ['failed', 'LibraryFull']);
  assert.equal(new Set(world.node.orders.map((order) => 'snapshotId' in order && order.snapshotId)).size, 1);
});

test('a copy that retention has removed is not made again, unless its snapshot is named', async (t) => {
  const world = await openFlows(t);
  const [{ tenantId, account }] = world.tenants;
  account.addInstance(WEB, ['vol-00000001']);
  await world.run(tenantId, snapshotOf({ instanceIds: [WEB] }));
  await world.run(tenantId, copyOf({ instanceIds: [WEB] }));
  const [snapshot, copy] = world.pointsOf(tenantId, WEB);
  await world.catalog.points.expire(tenantId, copy?.recoveryPointId ?? '', 1);
  await world.run(tenantId, copyOf({ instanceIds: [WEB] }));
  assert.equal(world.pointsOf(tenantId, WEB).length, 1);
  await world.run(tenantId, copyOf({ recoveryPointIds: [snapshot?.recoveryPointId ?? ''] }));
  assert.deepEqual(
    world.pointsOf(tenantId, WEB).map(({ kind }) => kind),
    ['snapshot', 'backup-copy'],
  );
});

test('a snapshot that expires before its turn is named, and those after it are copied', async (t) => {
  const world = await openFlows(t);
  const [{ tenantId, account }] = world.tenants;
  account.addInstance(WEB, ['vol-00000001']);
  for (const _ of [1, 2]) {
    await world.run(tenantId, snapshotOf({ instanceIds: [WEB] }));
    await world.hour();
  }
  const [expired, good] = world.pointsOf(tenantId, WEB);
  const lock = world.functions.LockInstance;
  world.cloud.handlers.set(
    'lambda:Invoke',
    lambda({
      ...world.functions,
      LockInstance: async (event) => {
        await world.catalog.points.expire(tenantId, expired?.recoveryPointId ?? '', 1);
        return lock(event);
      },
    }),
  );
  const job = await world.run(tenantId, copyOf({ instanceIds: [WEB] }));
  assert.deepEqual([job.state, job.error?.name], ['completed with errors', 'RecoveryPointUnavailable']);
  assert.match(job.error?.message ?? '', new RegExp(`${expired?.recoveryPointId} cannot be copied: it has expired`));
  assert.deepEqual(
    world.pointsOf(tenantId, WEB).map(({ kind, copyOf: of }) => [kind, of]),
    [
      ['snapshot', undefined],
      ['backup-copy', good?.recoveryPointId],
    ],
  );
});

test('the copy at once takes what earlier attempts have committed and not copied', async (t) => {
  const world = await openFlows(t);
  const [{ tenantId, account }] = world.tenants;
  account.addInstance(WEB, ['vol-00000001']);
  const lost = lambda({
    ...world.functions,
    StartCopy: async () => {
      throw new TypeError('the Lambda is broken');
    },
  });
  world.cloud.handlers.set('lambda:Invoke', lost);
  const job = await world.run(tenantId, snapshotOf({ instanceIds: [WEB, DB], copyAtOnce: true }));
  assert.equal(job.state, 'completed with errors');
  world.cloud.handlers.set('lambda:Invoke', lambda(world.functions));
  account.addInstance(DB, ['vol-00000002']);
  await world.retry(job.jobId);
  const copy = [...world.records.jobs.values()].find(({ type }) => type === 'backup-copy');
  assert.deepEqual(
    copy?.request.type === 'backup-copy' && [...copy.request.recoveryPointIds].sort(),
    [WEB, DB].map((id) => world.pointsOf(tenantId, id)[0]?.recoveryPointId).sort(),
  );
});
