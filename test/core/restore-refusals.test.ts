import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RestoreTarget } from '../../core/contracts/job-requests.ts';
import { noCounters } from '../../core/contracts/orders.ts';
import { createFinishRestore } from '../../core/steps/restore/finish-restore.ts';
import { A, aJob } from '../adapters/records.ts';
import { type Asked, INSTANCE, OTHER, openRestoreWorld, type RestoreWorld } from './restore-world.ts';

const inPlace = { kind: 'in-place', overwrite: true, replacedVolumes: 'keep' } as const satisfies RestoreTarget;
const attach = { kind: 'attach', instanceId: OTHER, volumeIds: ['vol-00000001'] } as const satisfies RestoreTarget;

const failsWith = async (
  asked: Asked,
  name: string,
  message: RegExp,
  prepare: (world: RestoreWorld) => unknown = () => undefined,
): Promise<RestoreWorld> => {
  const world = await openRestoreWorld(asked);
  await prepare(world);
  const before = world.account.picture();
  await world.run();
  await world.cleanUp();
  const child = await world.child();
  assert.deepEqual([await world.state(), child?.phase, child?.error?.name], ['failed', 'failed', name]);
  assert.match(child?.error?.message ?? '', message);
  assert.deepEqual(world.account.picture(), before, 'nothing was changed');
  return world;
};

test('in place, while a backup of the instance runs: the instance is busy', async () => {
  const other = { ...aJob(A), state: 'running' as const };
  await failsWith({ target: inPlace }, 'InstanceBusy', /job-/, async ({ catalog }) => {
    await catalog.jobs.add({ ...other, state: 'queued' });
    await catalog.instances.lock(A, INSTANCE, `${other.jobId}-1`);
  }).then(async ({ catalog }) => {
    assert.equal((await catalog.instances.get(A, INSTANCE))?.owner, `${other.jobId}-1`, 'it still is');
  });
});

test('in place, and the instance is gone', async () => {
  await failsWith({ target: inPlace }, 'InstanceNotFound', /i-0000000a/, ({ account }) => {
    for (const volume of [...account.volumes.values()]) {
      if (volume.attachment?.instanceId === INSTANCE) account.volumes.delete(volume.volumeId);
    }
    account.instances.delete(INSTANCE);
  });
});

test('in place, and somebody starts the instance in the middle: it is put back as it was', async () => {
  const asked = { target: inPlace };
  const world = await openRestoreWorld(asked);
  const before = world.account.picture();
  let detached = 0;
  world.account.after = (name) => {
    const instance = world.account.instances.get(INSTANCE);
    if (name === 'detach' && ++detached === 2 && instance) instance.state = 'running';
  };
  await world.run();
  assert.equal((await world.child())?.error?.name, 'VolumeFailed');
  const there = [...world.account.volumes.values()].filter(({ attachment }) => attachment?.instanceId === INSTANCE);
  assert.deepEqual(
    there.map(({ content }) => content),
    [`now ${INSTANCE} /dev/xvda`, `now ${INSTANCE} /dev/sdf`],
    'as the job ends',
  );
  await world.cleanUp();
  assert.deepEqual(world.account.picture(), before);
});

test('in place, and an old volume is deleted by hand before it is put back: what can be put back is, and it is told', async () => {
  const world = await openRestoreWorld({ target: inPlace });
  const old = [...world.account.volumes.values()].find(({ attachment }) => attachment?.device === '/dev/sdf');
  world.account.before = (name) => {
    if (name !== 'start') return;
    world.account.volumes.delete(old?.volumeId ?? '');
    world.account.before = () => undefined;
    throw new Error('the start was refused');
  };
  await world.run();
  await assert.rejects(world.cleanUp(), /is not as it was: vol-\d+ is not there any more/);
  const root = [...world.account.volumes.values()].find(({ attachment }) => attachment?.instanceId === INSTANCE);
  assert.match(root?.content ?? '', /now i-0000000a \/dev\/xvda/);
  assert.match(world.account.instances.get(INSTANCE)?.state ?? '', /pending|running/);
  assert.deepEqual([...world.account.snapshots.keys()], [], 'the rest is cleaned up');
});

test('attach: the device is taken', async () => {
  const target = { ...attach, devices: { 'vol-00000001': 'xvdf' } };
  await failsWith({ target }, 'VolumeFailed', /the device xvdf of i-0000000b has a volume already/);
});

test('attach: the instance is gone', async () => {
  await failsWith({ target: { ...attach, instanceId: 'i-000000ff' } }, 'InstanceNotFound', /i-000000ff/);
});

const windows = { target: { kind: 'new-instance' }, platform: 'Windows' } as const;
test('a licensed platform: there is no donor image', async () => {
  await failsWith(windows, 'LaunchFailed', /no image of Windows \(x86_64\)/, ({ account }) => {
    account.donors.length = 0;
  });
});

test('a licensed platform: the donor image that was named is of another one', async () => {
  const target = { kind: 'new-instance', donorImageId: 'ami-0000d001' } as const;
  await failsWith({ ...windows, target }, 'PlatformLost', /ami-0000d001 is an image of Red Hat/, ({ account }) => {
    account.donors.push({
      imageId: 'ami-0000d001',
      name: 'RHEL',
      platform: 'Red Hat Enterprise Linux',
      architecture: 'x86_64',
      rootDeviceName: '/dev/sda1',
    });
  });
});

test('a licensed platform: it does not run under its licence at the end', async () => {
  await failsWith(windows, 'PlatformLost', /runs as Linux\/UNIX; it was Windows/, ({ account }) => {
    account.after = (name) => {
      if (name !== 'start') return;
      for (const instance of account.instances.values()) {
        if (instance.tags['holdfast:job'])
          instance.configuration = { ...instance.configuration, platform: 'Linux/UNIX' };
      }
    };
  });
});

test('the last step runs twice, its answer was lost: what is done stays done', async () => {
  const world = await openRestoreWorld({ target: { kind: 'new-instance' } });
  await world.run();
  const done = await world.child();
  assert.equal(done?.phase, 'done');
  const input = { ...world.attempt, instanceId: INSTANCE, recoveryPointId: world.point.recoveryPointId };
  const phases: unknown[] = [];
  const { updateInstance } = world.catalog.jobs;
  const jobs = {
    ...world.catalog.jobs,
    updateInstance: async (...args: Parameters<typeof updateInstance>) => {
      phases.push(args[2].phase);
      return updateInstance(...args);
    },
  };
  await createFinishRestore({ ...world.deps, catalog: { ...world.catalog, jobs } })(input);
  assert.deepEqual(
    phases.filter((phase) => phase !== undefined),
    [],
  );
  assert.deepEqual(await world.child(), done);
});

test('an attempt that is cleaned up late takes nothing of what a later attempt has restored', async () => {
  const world = await openRestoreWorld({ target: { kind: 'volumes' }, kind: 'snapshot' });
  await world.run();
  await world.cleanUp();
  const after = world.account.picture();
  const { jobId, tenantId } = world.attempt;
  await world.catalog.effects.intend({
    effectId: 'op-of-a-former-attempt',
    jobId,
    attempt: 1,
    tenantId,
    kind: 'volume',
    state: 'intended',
    resourceIds: [],
  });
  await world.cleanUp();
  assert.deepEqual(world.account.picture(), after);
  assert.deepEqual((await world.child())?.counters, noCounters);
});
