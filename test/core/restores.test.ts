import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { RestoreTarget } from '../../core/contracts/job-requests.ts';
import { TenantAccessLost, TransientFailure, VolumeFailed } from '../../core/domain/errors.ts';
import type { InstanceSettings } from '../../core/domain/instance-settings.ts';
import type { JobInstance } from '../../core/domain/job.ts';
import { jobInstanceView } from '../../core/domain/views.ts';
import { createFinishRestore } from '../../core/steps/restore/finish-restore.ts';
import { A } from '../adapters/records.ts';
import type { FakeAccount, FakeVolume } from './fake-tenant/account.ts';
import { type Asked, INSTANCE, OTHER, openRestoreWorld, type RestoreWorld, Stopped } from './restore-world.ts';

const inPlace = { kind: 'in-place', overwrite: true, replacedVolumes: 'keep' } as const satisfies RestoreTarget;
const attach = { kind: 'attach', instanceId: OTHER, volumeIds: ['vol-00000001'] } as const satisfies RestoreTarget;

const PROTECTED: InstanceSettings = {
  ebsOptimized: false,
  monitoring: true,
  tenancy: 'default',
  hibernation: false,
  sourceDestCheck: false,
  networkInterfaces: [],
  userData: 'IyEvYmluL3No',
  terminationProtection: true,
  stopProtection: true,
};

const CASES: Readonly<Record<string, Asked>> = {
  'a new instance, from the library': { target: { kind: 'new-instance' } },
  'a new instance, from a snapshot, with a key': {
    target: { kind: 'new-instance', availabilityZone: 'eu-central-1c' },
    kind: 'snapshot',
    request: { kmsKeyId: 'alias/mine', volumeTags: 'restore' },
  },
  'a new instance, protected': { target: { kind: 'new-instance' }, kind: 'snapshot', settings: PROTECTED },
  'a new Windows instance, by a donor image': {
    target: { kind: 'new-instance' },
    platform: 'Windows',
    settings: PROTECTED,
  },
  'in place, an instance that runs': { target: inPlace },
  'in place, an instance that stands still': { target: inPlace, ran: false, kind: 'snapshot' },
  'in place, and the replaced volumes removed': { target: { ...inPlace, replacedVolumes: 'remove' } },
  'in place, one data volume': { target: { ...inPlace, volumeIds: ['vol-00000001'] }, kind: 'backup-copy' },
  'volumes by themselves': { target: { kind: 'volumes', availabilityZone: 'eu-central-1c' }, kind: 'snapshot' },
  'a volume, attached to another instance': { target: attach },
};

const at = (account: FakeAccount, instanceId: string): Record<string, FakeVolume> =>
  Object.fromEntries(
    [...account.volumes.values()]
      .filter(({ attachment }) => attachment?.instanceId === instanceId)
      .map((volume) => [volume.attachment?.device, volume]),
  );

/** Whatever the restore needed only on its way is gone, and nobody holds the instance. */
const assertTidy = async ({ account, catalog, point }: RestoreWorld): Promise<void> => {
  assert.deepEqual([...account.images], []);
  const own = point.kind === 'snapshot' ? point.volumes.map(({ snapshotId }) => snapshotId) : [];
  assert.deepEqual([...account.snapshots.keys()], own, 'the recovery point’s own snapshots stay, and no other');
  assert.equal((await catalog.instances.get(A, INSTANCE))?.owner, undefined);
};

/** What the result names is there, with the right data in the right place. */
const assertRestored = async (world: RestoreWorld, asked: Asked): Promise<void> => {
  const { account, point } = world;
  const result = (await world.child())?.result;
  assert.ok(result);
  await assertTidy(world);
  const { target } = asked;
  const all = target.kind === 'new-instance' || !('volumeIds' in target) || target.volumeIds === undefined;
  assert.equal(result.volumes.length, all ? 2 : 1);
  for (const { volumeId, sourceVolumeId, device } of result.volumes) {
    const volume = account.volumes.get(volumeId);
    assert.ok(volume, `${volumeId} is there`);
    const source = point.volumes.find((each) => each.volumeId === sourceVolumeId);
    if (point.kind === 'snapshot') assert.equal(volume.content, source?.snapshotId);
    else assert.match(volume.content, /^snap-0/);
    assert.equal(volume.kmsKeyId, asked.request?.kmsKeyId);
    assert.equal(volume.tags.Name, asked.request?.volumeTags === 'restore' ? source?.tags.Name : undefined);
    if (target.kind !== 'volumes') {
      assert.equal(volume.attachment?.device, device);
      assert.equal(volume.attachment?.instanceId, result.instanceId);
    } else {
      assert.equal(volume.attachment, undefined);
      assert.equal(volume.availabilityZone, 'eu-central-1c');
    }
  }
  const others = [...account.volumes.values()].filter(({ content }) => content === 'donor');
  assert.deepEqual(others, [], 'nothing of a donor image is left');
  const { instanceId } = result;
  if (target.kind === 'new-instance') {
    const launched = account.instances.get(instanceId ?? '');
    assert.deepEqual([launched?.state, launched?.configuration.platform], ['running', asked.platform ?? 'Linux/UNIX']);
    assert.deepEqual([launched?.tags.Name, launched?.tags.team], ['web-restored', 'a']);
    if (asked.settings) {
      const { userData, monitoring, ...protection } = launched?.settings ?? {};
      assert.deepEqual([userData, monitoring], [PROTECTED.userData, true]);
      assert.deepEqual(protection, { sourceDestCheck: false, terminationProtection: true, stopProtection: true });
    }
    const volumes = at(account, instanceId ?? '');
    assert.equal(Object.keys(volumes).length, 2);
    assert.equal(volumes['/dev/sdf']?.attachment?.deleteOnTermination, false, 'as it was');
    assert.equal(
      volumes[asked.platform ? '/dev/sda1' : '/dev/xvda']?.attachment?.deleteOnTermination,
      true,
      'as it was',
    );
  }
  if (target.kind === 'in-place') {
    assert.equal(instanceId, INSTANCE);
    assert.equal(account.instances.get(INSTANCE)?.state, asked.ran === false ? 'stopped' : 'running');
    const volumes = at(account, INSTANCE);
    assert.deepEqual(Object.keys(volumes).sort(), ['/dev/sdf', '/dev/xvda']);
    assert.equal(volumes['/dev/xvda']?.attachment?.deleteOnTermination, true, 'as it was');
    for (const { volumeId, kept } of result.replacedVolumes ?? []) {
      assert.equal(account.volumes.get(volumeId)?.state, kept ? 'available' : undefined);
      assert.equal(kept, target.replacedVolumes === 'keep');
    }
    assert.equal(result.replacedVolumes?.length, all ? 2 : 1);
  }
  if (target.kind === 'attach')
    assert.deepEqual(Object.keys(at(account, OTHER)), ['/dev/xvda', '/dev/sdf', '/dev/sdg']);
};

const assertAllOrNothing = async (world: RestoreWorld, asked: Asked, before: object, told: string): Promise<void> => {
  const child = await world.child();
  if (child?.phase !== 'done') {
    assert.ok(!child || ['failed', 'cancelled'].includes(child.phase), `${told}: ${child?.phase}`);
    assert.equal(await world.state(), 'failed', told);
    assert.deepEqual(world.account.picture(), before, told);
    return assertTidy(world);
  }
  const isPartlyRemoved = asked.target.kind === 'in-place' && asked.target.replacedVolumes === 'remove';
  if (!isPartlyRemoved) return assertRestored(world, asked);
  // the volumes are restored; the result says of no old one that is there that it is removed
  await assertTidy(world);
  for (const { volumeId, kept } of child.result?.replacedVolumes ?? []) {
    if (!kept) assert.equal(world.account.volumes.has(volumeId), false, told);
  }
};

for (const [name, asked] of Object.entries(CASES)) {
  describe(name, () => {
    test('is restored, and nothing else is left', async () => {
      const world = await openRestoreWorld(asked);
      await world.run();
      assert.equal(await world.state(), 'completed', JSON.stringify(await world.child()));
      await world.cleanUp();
      await assertRestored(world, asked);
      const counts = (await world.child())?.result;
      const isAll = counts?.volumes.length === 2;
      assert.equal(counts?.awsTagsLeftOut, isAll ? 1 : 0);
      assert.equal(counts?.volumeTagsLeftOut, asked.request?.volumeTags === 'restore' ? 0 : isAll ? 3 : 2);
    });

    // At every change that it makes in the account: refused before it is made, or made and its answer lost; then the
    // machine catches it, or the execution is stopped and catches nothing.
    for (const how of ['fails before', 'fails after', 'is stopped before', 'is stopped after'] as const) {
      test(`${how} any change: all is as it was, or all is done`, async () => {
        const changes = await countChanges(asked);
        assert.ok(changes > 1, `${changes} changes`);
        for (let nth = 1; nth <= changes; nth++) {
          const world = await openRestoreWorld(asked);
          const before = world.account.picture();
          strike(world.account, nth, how);
          await world.run();
          world.account.before = world.account.after = () => undefined;
          await world.cleanUp();
          await assertAllOrNothing(world, asked, before, `${how} change ${nth} of ${changes}`);
        }
      });
    }

    test('is stopped before or after any of its records is written: all is as it was, or all is done', async () => {
      const counting = await openRestoreWorld(asked);
      let writes = 0;
      counting.records.before = () => {
        writes++;
      };
      await counting.run();
      for (const when of ['before', 'after'] as const) {
        for (let nth = 1; nth <= writes; nth++) {
          const world = await openRestoreWorld(asked);
          const before = world.account.picture();
          let count = 0;
          world.records[when] = (write) => {
            if (++count === nth) throw new Stopped(write);
          };
          await world.run();
          world.records[when] = () => undefined;
          await world.cleanUp();
          await assertAllOrNothing(world, asked, before, `stopped ${when} write ${nth} of ${writes}`);
        }
      }
    });

    test('each change’s answer is lost once, and it goes on', async () => {
      const changes = await countChanges(asked);
      for (let nth = 1; nth <= changes; nth++) {
        const world = await openRestoreWorld(asked);
        strike(world.account, nth, 'answer lost');
        await world.run();
        assert.equal(await world.state(), 'completed', `change ${nth}: ${JSON.stringify(await world.child())}`);
        await world.cleanUp();
        await assertRestored(world, asked);
      }
    });

    test('is cancelled at any change: it ends as cancelled, and all is as it was', async () => {
      const changes = await countChanges(asked);
      let cancelled = 0;
      for (let nth = 1; nth <= changes; nth++) {
        const world = await openRestoreWorld(asked);
        const before = world.account.picture();
        let count = 0;
        const pending: Promise<unknown>[] = [];
        world.account.after = () => {
          if (++count === nth) pending.push(world.cancel());
        };
        await world.run();
        await Promise.all(pending);
        world.account.after = () => undefined;
        await world.cleanUp();
        if ((await world.child())?.phase === 'done') continue;
        cancelled++;
        assert.equal(await world.state(), 'cancelled', `change ${nth}`);
        assert.deepEqual(world.account.picture(), before, `change ${nth}`);
      }
      assert.ok(cancelled > 0);
    });
  });
}

describe('in place, where a volume that was replaced may not be deleted', () => {
  const target = { ...inPlace, replacedVolumes: 'remove' } as const;
  const refused = () =>
    new TenantAccessLost('the role arn:aws:iam::222222222222:role/x does not allow ec2:DeleteVolume');

  test('the data is restored: completed with errors, a warning names the volume that stayed, and the other is gone', async () => {
    const world = await openRestoreWorld({ target });
    let deletions = 0;
    world.account.before = (name) => {
      if (name === 'deleteVolume' && ++deletions === 1) throw refused();
    };
    await world.run();
    const child = await world.child();
    const job = await world.catalog.jobs.get(A, world.job.jobId);
    assert.deepEqual([job?.state, child?.phase, child?.error], ['completed with errors', 'done', undefined]);
    const [stayed, gone] = child?.result?.replacedVolumes ?? [];
    assert.deepEqual([stayed?.kept, gone?.kept], [true, false]);
    assert.equal(world.account.volumes.get(stayed?.volumeId ?? '')?.state, 'available');
    assert.equal(world.account.volumes.has(gone?.volumeId ?? ''), false);
    const [warning, ...more] = child?.warnings ?? [];
    assert.deepEqual([warning?.name, more, job?.error], ['TenantAccessLost', [], warning]);
    assert.match(
      warning?.message ?? '',
      new RegExp(`${stayed?.volumeId}, which was replaced at ${stayed?.device}, .*tried again`),
    );
    // The lease is given back, and the cleanup leaves everything as it is.
    assert.equal((await world.catalog.instances.get(A, INSTANCE))?.owner, undefined);
    world.account.before = () => undefined;
    const restored = world.account.picture();
    await world.cleanUp();
    assert.deepEqual(world.account.picture(), restored);
    const view = jobInstanceView(
      child as JobInstance,
      { kind: 'tenant', accountId: '222222222222', hypervisorId: A },
      1,
    );
    assert.match(view.warnings?.[0]?.remedy ?? '', /Check the role/);
  });

  test('asked again after the permission was given, the step removes it, and takes its warning back', async () => {
    const world = await openRestoreWorld({ target });
    world.account.before = (name) => {
      if (name === 'deleteVolume') throw refused();
    };
    await world.run();
    const before = await world.child();
    assert.deepEqual(
      [before?.warnings?.length, before?.result?.replacedVolumes?.map(({ kept }) => kept)],
      [2, [true, true]],
    );
    world.account.before = () => undefined;
    const { recoveryPointId } = world.point;
    await createFinishRestore(world.deps)({ ...world.attempt, instanceId: INSTANCE, recoveryPointId });
    const after = await world.child();
    assert.deepEqual([after?.warnings, after?.result?.replacedVolumes?.map(({ kept }) => kept)], [[], [false, false]]);
  });

  test('what was needed only on the way and resists is a warning, and the cleanup removes it', async () => {
    const world = await openRestoreWorld({ target: { kind: 'new-instance' } });
    world.account.before = (name) => {
      if (name === 'deregister') throw refused();
    };
    await world.run();
    const child = await world.child();
    assert.deepEqual([await world.state(), child?.phase], ['completed with errors', 'done']);
    assert.match(child?.warnings?.[0]?.message ?? '', /^ami-\d+, which was needed on the way only/);
    assert.equal(world.account.images.size, 1);
    world.account.before = () => undefined;
    await world.cleanUp();
    assert.equal(world.account.images.size, 0);
  });
});

const countChanges = async (asked: Asked): Promise<number> => {
  const world = await openRestoreWorld(asked);
  let count = 0;
  world.account.before = () => {
    count++;
  };
  await world.run();
  return count;
};

const strike = (
  account: FakeAccount,
  nth: number,
  how: 'fails before' | 'fails after' | 'is stopped before' | 'is stopped after' | 'answer lost',
): void => {
  let count = 0;
  const fire = (name: string): void => {
    if (++count !== nth) return;
    if (how.startsWith('fails')) throw new VolumeFailed(`${name} was refused`);
    if (how === 'answer lost') throw new TransientFailure(`the answer of ${name} was lost`);
    throw new Stopped(name);
  };
  if (how.endsWith('before')) account.before = fire;
  else account.after = fire;
};
