import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { TransientFailure } from '../../core/domain/errors.ts';
import { pointsInUse } from '../../core/steps/jobs/retention-of-tenant.ts';
import { lambda } from '../local-states/fake-cloud.ts';
import { type Guest, HOME } from './flows-account.ts';
import { backupOf, copyOf, openFlows, snapshotOf } from './flows-world.ts';

const [WEB, DB] = ['i-00000001', 'i-00000002'] as const;
const AWAY = 'eu-west-1';
const linux: Guest = { online: true, platform: 'Linux', freeze: 'succeeded', thaw: 'succeeded', vss: 'failed' };
const windows: Guest = { ...linux, platform: 'Windows', vss: 'succeeded' };
const application = { kind: 'application', freeze: 'freeze', thaw: 'thaw' } as const;

for (const twice of [false, true]) {
  test(`snapshots stay as recovery points, beside what the next backup compares with${twice ? ', though every answer is lost once' : ''}`, async (t) => {
    const world = await openFlows(t, { twice });
    const [{ tenantId, account }, other] = world.tenants;
    account.addInstance(WEB, ['vol-00000001', 'vol-00000002']);
    other.account.addInstance(WEB, ['vol-00000001', 'vol-00000002']);
    await world.run(tenantId, backupOf({ instanceIds: [WEB] }));
    await world.hour();
    for (const _ of [1, 2]) {
      const job = await world.run(tenantId, snapshotOf({ instanceIds: [WEB] }));
      assert.deepEqual([job.state, job.error], ['completed', undefined]);
      await world.hour();
    }
    await world.run(tenantId, backupOf({ instanceIds: [WEB] }));
    const points = world.pointsOf(tenantId, WEB);
    assert.deepEqual(
      points.map(({ kind }) => kind),
      ['streaming', 'snapshot', 'snapshot', 'streaming'],
    );
    const [first, , snapshot, second] = points;
    assert.deepEqual(
      second?.volumes.map(({ level, parentPointId }) => [level, parentPointId]),
      [1, 2].map(() => ['incremental', first?.recoveryPointId]),
    );
    const record = await world.catalog.instances.get(tenantId, WEB);
    assert.deepEqual([record?.head, record?.snapshotHead], [second?.recoveryPointId, snapshot?.recoveryPointId]);
    // Of the backups the last one's, of the snapshots all, each marked from its creation.
    const marks = [...account.snapshots.values()].map(({ tags }) => tags['holdfast:recovery-point']);
    assert.equal(marks.filter((mark) => mark === snapshot?.recoveryPointId).length, 2);
    assert.deepEqual([marks.length, marks.filter((mark) => mark === undefined).length], [6, 2]);
    assert.deepEqual(other.account.opened, []);
  });
}

const consistencyAfter = async (
  t: TestContext,
  guest: Guest | undefined,
  { platform = 'Linux/UNIX', trouble }: { platform?: string; trouble?: [string, () => void] } = {},
) => {
  const world = await openFlows(t);
  const [{ tenantId, account }] = world.tenants;
  account.addInstance(WEB, ['vol-00000001', 'vol-00000002'], {}, platform);
  if (guest) account.guests.set(WEB, guest);
  if (trouble) account.trouble.set(...trouble);
  const job = await world.run(tenantId, snapshotOf({ instanceIds: [WEB], consistency: application }));
  const [point] = world.pointsOf(tenantId, WEB);
  const [child] = await world.instancesOf(job.jobId);
  if (point) assert.deepEqual(point.consistency, child?.consistency);
  return { job, account, world, consistency: child?.consistency, log: account.log };
};

test('applications hold still while the snapshots are taken, and go on afterwards', async (t) => {
  const { consistency, log, job } = await consistencyAfter(t, linux);
  assert.deepEqual(consistency, { kind: 'application' });
  assert.deepEqual(log, [`freeze ${WEB}`, `snapshots ${WEB}`, `thaw ${WEB}`]);
  assert.equal(job.state, 'completed');
});

test('where they cannot be asked to, the snapshots are crash-consistent and say why', async (t) => {
  const noAgent = await consistencyAfter(t, undefined);
  assert.deepEqual(noAgent.consistency, {
    kind: 'crash',
    reason: 'the Systems Manager agent of the instance does not answer',
  });
  assert.deepEqual(noAgent.log, [`snapshots ${WEB}`]);

  const refused = await consistencyAfter(t, { ...linux, freeze: 'failed' });
  assert.deepEqual(refused.consistency, {
    kind: 'crash',
    reason: 'the command that makes its applications hold still failed: it said no',
  });
  // Half of them may hold still.
  assert.deepEqual(refused.log, [`freeze ${WEB}`, `snapshots ${WEB}`, `thaw ${WEB}`]);
  assert.equal(refused.job.state, 'completed');
});

test('applications go on even if the snapshots cannot be taken', async (t) => {
  const { job, log, world } = await consistencyAfter(t, linux, {
    trouble: [
      'snapshots',
      () => {
        throw new TransientFailure('throttled');
      },
    ],
  });
  assert.deepEqual([job.state, job.error?.name], ['failed', 'TransientFailure']);
  assert.deepEqual(log, [`freeze ${WEB}`, `thaw ${WEB}`]);
  assert.deepEqual(
    [...world.records.effects.values()].filter(({ kind }) => kind === 'guest-command').map(({ state }) => state),
    ['undone'],
  );
});

test('when they do not go on, that is said, and the cleanup tells them once more', async (t) => {
  const { job, consistency, log } = await consistencyAfter(t, { ...linux, thaw: 'failed' });
  assert.equal(job.state, 'completed');
  assert.equal(consistency?.kind, 'application');
  assert.match(consistency?.reason ?? '', /may still hold still: the command that lets them go on failed: it said no/);
  assert.deepEqual(log.slice(-2), [`thaw ${WEB}`, `thaw ${WEB}`]);
});

test('a stopped execution leaves no application holding still', async (t) => {
  const world = await openFlows(t);
  const [{ tenantId, account }] = world.tenants;
  account.addInstance(WEB, ['vol-00000001']);
  account.guests.set(WEB, linux);
  const jobId = await world.start(tenantId, snapshotOf({ instanceIds: [WEB], consistency: application }));
  account.trouble.set('snapshots', () => {
    void world.cloud.api('StopExecution', {
      executionArn: world.executionOf('snapshots', `${jobId}-1-${WEB}-snapshots`),
    });
    void world.cloud.api('StopExecution', { executionArn: world.executionOf('snapshot', `${jobId}-1`) });
    account.trouble.clear();
  });
  await world.cloud.finish(world.executionOf('snapshot', `${jobId}-1`));
  assert.deepEqual(account.log, [`freeze ${WEB}`, `snapshots ${WEB}`]);
  const cleanup = await world.cloud.startExecution(
    world.executionOf('cleanup', '').replace(':execution:', ':stateMachine:').slice(0, -1),
    { jobId, attempt: 1, tenantId },
    `${jobId}-1-cleanup`,
  );
  await world.cloud.finish(cleanup);
  assert.ok(account.log.includes(`thaw ${WEB}`));
  assert.equal(world.jobOf(jobId).state, 'failed');
  assert.equal(account.snapshots.size, 0);
});

test('Windows takes its snapshots itself, and where it cannot, they are taken without it', async (t) => {
  const good = await consistencyAfter(t, windows, { platform: 'Windows' });
  assert.deepEqual(good.consistency, { kind: 'application' });
  assert.deepEqual(good.log, [`vss ${WEB}`]);
  assert.equal(good.account.snapshots.size, 2);

  const bad = await consistencyAfter(t, { ...windows, vss: 'failed' }, { platform: 'Windows' });
  assert.deepEqual(bad.consistency, { kind: 'crash', reason: 'Windows (VSS) did not take them: it said no' });
  assert.deepEqual(bad.log, [`vss ${WEB}`, `snapshots ${WEB}`]);
});

test('a volume that is left out is left out of what Windows took as well', async (t) => {
  const world = await openFlows(t);
  const [{ tenantId, account }] = world.tenants;
  account.addInstance(WEB, ['vol-00000001', 'vol-00000002'], { role: 'shop' }, 'Windows');
  account.guests.set(WEB, windows);
  const group = {
    groupId: 'vmg-00000001',
    hypervisorId: tenantId,
    name: 'shops',
    match: { all: true as const },
    exclude: { volumes: [{ device: '/dev/sdb' }] },
    createdAt: 1,
    updatedAt: 1,
  };
  await world.catalog.vmGroups.add(group);
  const job = await world.run(tenantId, snapshotOf({ groupIds: [group.groupId], consistency: application }));
  assert.equal(job.state, 'completed');
  assert.deepEqual(
    [...account.snapshots.values()].map(({ volumeId }) => volumeId),
    ['vol-00000001'],
  );
});

for (const twice of [false, true]) {
  test(`snapshots are also copied to another region${twice ? ', though every answer is lost once' : ''}`, async (t) => {
    const world = await openFlows(t, { twice });
    const [{ tenantId, account }] = world.tenants;
    account.addInstance(WEB, ['vol-00000001', 'vol-00000002']);
    const job = await world.run(tenantId, snapshotOf({ instanceIds: [WEB], copyToRegion: AWAY }));
    assert.deepEqual([job.state, job.error], ['completed', undefined]);
    const away = [...account.snapshots.values()].filter(({ region }) => region === AWAY);
    const [point] = world.pointsOf(tenantId, WEB);
    assert.deepEqual(point?.regionCopy, {
      region: AWAY,
      state: 'completed',
      snapshotIds: away.map(({ snapshotId }) => snapshotId),
    });
    assert.deepEqual(
      away.map(({ volumeId }) => volumeId),
      point?.volumes.map(({ volumeId }) => volumeId),
    );
  });
}

test('a copy to another region that fails costs no recovery point: the job completes with errors, and says why', async (t) => {
  const world = await openFlows(t);
  const [{ tenantId, account }] = world.tenants;
  account.addInstance(WEB, ['vol-00000001', 'vol-00000002']);
  account.addInstance(DB, ['vol-00000003']);
  let copies = 0;
  account.trouble.set('copy-region', () => {
    copies += 1;
    // The second volume of the first instance: its key, say.
    if (copies > 1)
      for (const [id, each] of account.snapshots)
        if (each.region === AWAY) account.snapshots.set(id, { ...each, state: 'error' });
  });
  const job = await world.run(tenantId, snapshotOf({ instanceIds: [WEB, DB], copyToRegion: AWAY, streams: 1 }));
  assert.deepEqual([job.state, job.error?.name], ['completed with errors', 'SnapshotFailed']);
  const [point] = world.pointsOf(tenantId, WEB);
  assert.equal(point?.regionCopy?.state, 'failed');
  assert.match(point?.regionCopy?.reason ?? '', /could not copy a snapshot to eu-west-1/);
  // What was begun for it is removed; the other instance's copy is there.
  assert.equal(world.pointsOf(tenantId, DB)[0]?.regionCopy?.state, 'completed');
  assert.deepEqual(
    [...account.snapshots.values()].map(({ region, volumeId }) => `${region} ${volumeId}`),
    [`${HOME} vol-00000001`, `${HOME} vol-00000002`, `${HOME} vol-00000003`, `${AWAY} vol-00000003`],
  );
});

for (const copyToRegion of [undefined, AWAY]) {
  test(`of two sets of snapshots ${copyToRegion ? 'in another region ' : ''}that one step has made, the point’s stays and the other goes`, async (t) => {
    const world = await openFlows(t);
    const [{ tenantId, account }] = world.tenants;
    account.addInstance(WEB, ['vol-00000001', 'vol-00000002']);
    let others: string[] = [];
    const doubled = lambda({
      ...world.functions,
      // A second run, side by side with it, whose record of what it made came first.
      CloseJob: async (event) => {
        for (const [key, effect] of [...world.records.effects]) {
          const made = [...account.snapshots.values()].filter(
            ({ tags }) => tags['holdfast:operation'] === effect.effectId,
          );
          const twins = made.map(({ region, volumeId, tags }) => account.take(region, volumeId, tags).snapshotId);
          others = [...others, ...twins];
          world.records.effects.set(key, { ...effect, state: 'made', resourceIds: twins });
        }
        return world.functions.CloseJob(event);
      },
    });
    world.cloud.handlers.set('lambda:Invoke', doubled);
    const job = await world.run(
      tenantId,
      snapshotOf({ instanceIds: [WEB], ...(copyToRegion === undefined ? {} : { copyToRegion }) }),
    );
    assert.equal(job.state, 'completed');
    const [point] = world.pointsOf(tenantId, WEB);
    assert.equal(others.length, copyToRegion === undefined ? 2 : 4);
    assert.deepEqual(
      [...account.snapshots.keys()],
      [...(point?.volumes ?? []).map(({ snapshotId }) => snapshotId), ...(point?.regionCopy?.snapshotIds ?? [])],
    );
    assert.ok([...world.records.effects.values()].every(({ state }) => state === 'kept'));
  });
}

test('two runs of the step that takes the snapshots, side by side: the set that the point names is waited for', async (t) => {
  const world = await openFlows(t);
  const [{ tenantId, account }] = world.tenants;
  account.addInstance(WEB, ['vol-00000001']);
  const add = world.catalog.points.add.bind(world.catalog.points);
  let first: string | undefined;
  world.catalog.points.add = async (point) => {
    if (first === undefined) {
      const [volume] = point.volumes;
      assert.ok(volume);
      const { tags } = account.snapshots.get(volume.snapshotId) ?? { tags: {} };
      first = account.take(HOME, volume.volumeId, tags).snapshotId;
      await add({ ...point, volumes: [{ ...volume, snapshotId: first }] });
    }
    await add(point);
  };
  const job = await world.run(tenantId, snapshotOf({ instanceIds: [WEB] }));
  assert.equal(job.state, 'completed');
  assert.deepEqual([...account.snapshots.keys()], [first]);
});

/** Ends an attempt while a command in the guest is under way, then cleans up. */
const stoppedDuring = async (t: TestContext, command: 'freeze' | 'vss', guest: Guest, looks: number) => {
  const world = await openFlows(t);
  const [{ tenantId, account }] = world.tenants;
  account.addInstance(WEB, ['vol-00000001'], {}, command === 'vss' ? 'Windows' : 'Linux/UNIX');
  account.guests.set(WEB, guest);
  account.underWay.set(command, Number.POSITIVE_INFINITY);
  const jobId = await world.start(tenantId, snapshotOf({ instanceIds: [WEB], consistency: application }));
  account.trouble.set(command, () => {
    void world.cloud.api('StopExecution', {
      executionArn: world.executionOf('snapshots', `${jobId}-1-${WEB}-snapshots`),
    });
    void world.cloud.api('StopExecution', { executionArn: world.executionOf('snapshot', `${jobId}-1`) });
    account.trouble.clear();
  });
  await world.cloud.finish(world.executionOf('snapshot', `${jobId}-1`));
  account.underWay.set(command, looks);
  const before = world.cloud.clock.now();
  if (looks === Number.POSITIVE_INFINITY) return { world, account, jobId, tenantId, seconds: 0 };
  const cleanup = await world.cloud.startExecution(
    world.executionOf('cleanup', '').replace(':execution:', ':stateMachine:').slice(0, -1),
    { jobId, attempt: 1, tenantId },
    `${jobId}-1-cleanup`,
  );
  await world.cloud.finish(cleanup);
  return { world, account, jobId, tenantId, seconds: (world.cloud.clock.now() - before) / 1_000 };
};

test('the cleanup tells applications to go on once they hold still, and looks whether they do', async (t) => {
  const { account, world, seconds } = await stoppedDuring(t, 'freeze', linux, 4);
  assert.deepEqual(account.log, [`freeze ${WEB}`, `thaw ${WEB}`]);
  assert.ok(seconds >= 20, `${seconds} s`);
  const states = [...world.records.effects.values()].map(({ kind, state }) => `${kind} ${state}`);
  assert.deepEqual(states.sort(), ['guest-command kept', 'guest-command undone']);
});

test('a guest that never answers holds the cleanup up for twenty minutes, and not for ever', async (t) => {
  const { jobId, tenantId, world } = await stoppedDuring(t, 'freeze', linux, Number.POSITIVE_INFINITY);
  const look = async () =>
    ((await world.functions.CleanUp({ jobId, attempt: 1, tenantId, pass: 1 })) as { state: string }).state;
  const states: string[] = [];
  for (const minutes of [0, 19, 1]) {
    await world.cloud.clock.advance(minutes * 60_000);
    states.push(await look());
  }
  assert.deepEqual(states, ['running', 'running', 'more']);
  assert.equal(world.jobOf(jobId).state, 'failed');
});

test('what Windows is still taking is waited for, and removed', async (t) => {
  const { account, seconds } = await stoppedDuring(t, 'vss', windows, 6);
  assert.ok(seconds >= 30, `${seconds} s`);
  assert.equal(account.snapshots.size, 0);
});

test('a snapshot that its own job, or a copy that names it, is still about is in use', async (t) => {
  const world = await openFlows(t);
  const [{ tenantId, account }] = world.tenants;
  account.addInstance(WEB, ['vol-00000001']);
  const own = await world.run(tenantId, snapshotOf({ instanceIds: [WEB] }));
  const [point] = world.pointsOf(tenantId, WEB);
  assert.ok(point);
  const copied = { ...point, copiedTo: 'rp-00000009' };
  const used = async () => [...(await pointsInUse(world.catalog, tenantId, [copied]))];
  assert.deepEqual(await used(), []);
  world.records.jobs.set(own.jobId, { ...own, state: 'running' });
  assert.deepEqual(await used(), [point.recoveryPointId]);
  const request = copyOf({ recoveryPointIds: [point.recoveryPointId] });
  world.records.jobs.set(own.jobId, {
    ...own,
    jobId: 'job-00000009',
    type: 'backup-copy',
    request,
    state: 'suspended',
  });
  assert.deepEqual(await used(), [point.recoveryPointId]);
});
