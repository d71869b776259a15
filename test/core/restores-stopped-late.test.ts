/** Restores in place whose execution was stopped, or failed, while something of it was still under way. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RestoreTarget } from '../../core/contracts/job-requests.ts';
import { REPLACED_BY } from '../../core/domain/effect.ts';
import { TenantAccessLost, TransientFailure } from '../../core/domain/errors.ts';
import { jobError } from '../../core/domain/job-error.ts';
import type { Catalog } from '../../core/ports/catalog.ts';
import type { Jobs } from '../../core/ports/jobs.ts';
import type { TenantScopes } from '../../core/ports/tenant-scope.ts';
import { createLockInstance } from '../../core/steps/backup/lock-instance.ts';
import { createCleanUp } from '../../core/steps/jobs/clean-up.ts';
import { createFinishRestore } from '../../core/steps/restore/finish-restore.ts';
import { A, freshId } from '../adapters/records.ts';
import { fakeScopes } from './fake-tenant/scopes.ts';
import { INSTANCE, machineOf, openRestoreWorld, type RestoreWorld, Stopped } from './restore-world.ts';

const inPlace = { kind: 'in-place', overwrite: true, replacedVolumes: 'keep' } as const satisfies RestoreTarget;

const open = () => openRestoreWorld({ target: inPlace, kind: 'snapshot' });

/** Stops the execution right before, or right after, the first change of that name. */
const stopAt = async (world: RestoreWorld, when: 'before' | 'after', change: string): Promise<void> => {
  world.account[when] = (name) => {
    if (name === change) throw new Stopped(name);
  };
  await world.run();
  world.account[when] = () => undefined;
};

/** One pass of the cleanup, with as many looks as it asks for. */
const passOf = async (world: Pick<RestoreWorld, 'deps' | 'attempt'>, pass: number): Promise<string> => {
  for (let looks = 0; looks < 40; looks++) {
    const { state } = await createCleanUp(world.deps)({ ...world.attempt, pass });
    if (state !== 'running') return state;
  }
  throw new Error('the pass never ends');
};

const nextRestore = async ({ catalog, account, job }: RestoreWorld) => {
  const next = { ...job, jobId: freshId('job'), state: 'queued' as const };
  await catalog.jobs.add(next);
  return machineOf({ catalog, scopes: fakeScopes(account) }, next, INSTANCE);
};

const volumesAt = ({ account }: RestoreWorld): object =>
  Object.fromEntries(
    [...account.volumes.values()].flatMap(({ volumeId, attachment }) =>
      attachment?.instanceId === INSTANCE ? [[attachment.device, volumeId] as const] : [],
    ),
  );
const stateOf = ({ account }: RestoreWorld): string | undefined => account.instances.get(INSTANCE)?.state;

test('until the cleanup has looked a second time, nobody else works on the instance, and the job is cancelling', async () => {
  const world = await open();
  const before = world.account.picture();
  await stopAt(world, 'after', 'detach');
  await world.cancel();
  assert.equal(await passOf(world, 1), 'more');
  assert.equal(await world.state(), 'cancelling');

  const early = await nextRestore(world);
  await early.run();
  assert.equal((await early.child())?.error?.name, 'InstanceBusy');

  assert.equal(await passOf(world, 2), 'closed');
  assert.equal(await world.state(), 'cancelled');
  assert.deepEqual(world.account.picture(), before);
});

test('a restore after a cancelled one stays, however often the cleanup of the cancelled one is run', async () => {
  const world = await open();
  await stopAt(world, 'after', 'detach');
  await world.cancel();
  await world.cleanUp();

  const next = await nextRestore(world);
  await next.run();
  assert.equal(await next.state(), 'completed', JSON.stringify(await next.child()));
  await next.cleanUp();
  const restored = world.account.picture();
  const changes: string[] = [];
  world.account.before = (name) => {
    changes.push(name);
  };
  await world.cleanUp();
  assert.deepEqual(changes, []);
  assert.deepEqual(world.account.picture(), restored);
});

test('an instance whose stop takes effect after the first look runs again in the end', async () => {
  const world = await open();
  await stopAt(world, 'before', 'stop');
  await world.cancel();
  assert.equal(await passOf(world, 1), 'more');
  assert.equal(stateOf(world), 'running');
  // EC2 gets to the request that was under way when the execution was stopped.
  const instance = world.account.instances.get(INSTANCE);
  if (instance) instance.state = 'stopping';
  assert.equal(await passOf(world, 2), 'closed');
  world.account.settle();
  assert.equal(stateOf(world), 'running');
});

test('an error that passes (a throttled session) neither closes the job nor gives the instance back', async () => {
  const world = await open();
  const before = world.account.picture();
  await stopAt(world, 'after', 'detach');
  await world.cancel();
  const throttled: TenantScopes = {
    open: async () => {
      throw new TransientFailure('Rate exceeded');
    },
  };
  for (const pass of [1, 2]) {
    await assert.rejects(createCleanUp({ ...world.deps, scopes: throttled })({ ...world.attempt, pass }), {
      name: 'TransientFailure',
    });
    assert.equal(await world.state(), 'cancelling');
    const next = await nextRestore(world);
    const ref = { ...next.attempt, instanceId: INSTANCE };
    await assert.rejects(createLockInstance(next.deps)(ref), { name: 'InstanceBusy' });
  }
  await world.cleanUp();
  assert.equal(await world.state(), 'cancelled');
  assert.deepEqual(world.account.picture(), before);
});

test('a restore that fails and cannot put back at once leaves its job open for the cleanup', async () => {
  const world = await open();
  const before = world.account.picture();
  const scopes = { ...world.deps.scopes };
  const { open: openScope } = scopes;
  let isThrottled = true;
  scopes.open = async (tenant, jobId, access) => {
    if (isThrottled && access.to === 'clean-up') throw new TransientFailure('Rate exceeded');
    return openScope(tenant, jobId, access);
  };
  const machine = machineOf({ catalog: world.catalog, scopes }, world.job, INSTANCE);
  world.account.after = (name) => {
    if (name === 'detach') throw new TenantAccessLost('no permission for ec2:DetachVolume');
  };
  await machine.run();
  world.account.after = () => undefined;
  assert.equal(await machine.state(), 'running');
  isThrottled = false;
  await machine.cleanUp();
  const job = await world.catalog.jobs.get(A, world.job.jobId);
  assert.deepEqual([job?.state, job?.error?.name], ['failed', 'TenantAccessLost']);
  assert.deepEqual(world.account.picture(), before);
});

test('what resists for good holds no job open, and is not tried again once another restore had the instance', async () => {
  const world = await open();
  await stopAt(world, 'after', 'detach');
  await world.cancel();
  const lost: TenantScopes = {
    open: async (tenant, jobId, access) => {
      if (access.instanceId !== undefined) throw new TenantAccessLost('the role is gone');
      return world.deps.scopes.open(tenant, jobId, access);
    },
  };
  const deps = { ...world.deps, scopes: lost };
  assert.equal(await passOf({ ...world, deps }, 1), 'more');
  await assert.rejects(passOf({ ...world, deps }, 2), { name: 'TransientFailure', message: /the role is gone/ });
  assert.equal(await world.state(), 'cancelled');
  assert.equal((await world.catalog.instances.get(A, INSTANCE))?.owner, undefined);

  const next = await nextRestore(world);
  await next.run();
  assert.equal(await next.state(), 'completed', JSON.stringify(await next.child()));
  await next.cleanUp();
  const restored = [volumesAt(world), stateOf(world)];
  assert.equal(await passOf(world, 2), 'closed');
  assert.deepEqual([volumesAt(world), stateOf(world)], restored);
});

test('what resisted is put back later, if nobody had the instance since', async () => {
  const world = await open();
  const before = world.account.picture();
  await stopAt(world, 'after', 'detach');
  await world.cancel();
  const { open: openScope } = world.deps.scopes;
  const lost: TenantScopes = {
    open: async (tenant, jobId, access) => {
      if (access.instanceId !== undefined) throw new TenantAccessLost('the role is gone');
      return openScope(tenant, jobId, access);
    },
  };
  const deps = { ...world.deps, scopes: lost };
  assert.equal(await passOf({ ...world, deps }, 1), 'more');
  for (const _ of [1, 2]) await assert.rejects(passOf({ ...world, deps }, 2), { name: 'TransientFailure' });
  assert.equal(await passOf(world, 2), 'closed');
  world.account.settle();
  assert.deepEqual(world.account.picture(), before);
});

test('a volume that somebody else has put at the device stays, and the instance is not stopped for it', async () => {
  const world = await open();
  await stopAt(world, 'after', 'detach');
  await world.cancel();
  // Both devices have volumes of the tenant's own by now, and the instance runs.
  world.account.settle();
  for (const volume of world.account.volumes.values()) {
    if (volume.attachment?.instanceId !== INSTANCE) continue;
    delete volume.attachment;
    volume.state = 'available';
  }
  for (const device of ['/dev/xvda', '/dev/sdf']) {
    const volumeId = world.account.id('vol');
    world.account.volumes.set(volumeId, {
      volumeId,
      state: 'in-use',
      sizeGiB: 8,
      volumeType: 'gp3',
      availabilityZone: 'eu-central-1a',
      content: 'by hand',
      tags: {},
      attachment: { instanceId: INSTANCE, device, state: 'attached', deleteOnTermination: true },
    });
  }
  const instance = world.account.instances.get(INSTANCE);
  if (instance) instance.state = 'running';
  const theirs = volumesAt(world);
  await assert.rejects(world.cleanUp(), { name: 'TransientFailure', message: /by now, not vol-/ });
  assert.deepEqual([volumesAt(world), stateOf(world)], [theirs, 'running']);
});

const finishing = async (
  world: RestoreWorld,
  at: (change: Parameters<Jobs['updateInstance']>[2]) => boolean,
): Promise<unknown> => {
  const { catalog } = world;
  // It stands at its last step: what is done to the instance is done.
  world.records.before = (write) => {
    if (write === 'jobs.updateInstance' && stateOf(world) === 'running' && isSwapped(world)) throw new Stopped(write);
  };
  await world.run();
  world.records.before = () => undefined;
  const error = jobError('DeadlineExceeded', 'the job had not ended by its deadline');
  let cleaned: string | undefined;
  const racing: Catalog = {
    ...catalog,
    jobs: {
      ...catalog.jobs,
      updateInstance: async (jobId, instanceId, change, from) => {
        if (at(change) && cleaned === undefined) {
          await catalog.jobs.update(A, jobId, { error }, ['running']);
          cleaned = await passOf(world, 1);
        }
        return catalog.jobs.updateInstance(jobId, instanceId, change, from);
      },
    },
  };
  const { recoveryPointId } = world.point;
  const ref = { ...world.attempt, instanceId: INSTANCE, recoveryPointId };
  const answer = await createFinishRestore({ ...world.deps, catalog: racing })(ref).catch((caught: unknown) => caught);
  assert.equal(cleaned, 'more');
  return answer;
};
const isSwapped = ({ account }: RestoreWorld): boolean =>
  [...account.volumes.values()].filter(({ tags }) => tags[REPLACED_BY] !== undefined).length === 2;

for (const phase of ['finishing', 'done'] as const) {
  test(`a restore past its deadline that is being put back is not said to be done (its last step writes ‘${phase}’ late)`, async () => {
    const world = await open();
    const before = world.account.picture();
    const answer = await finishing(world, (change) => change.phase === phase);
    assert.equal((answer as Error).name, 'JobCancelled');
    assert.equal(await passOf(world, 2), 'closed');
    const child = await world.child();
    assert.deepEqual([child?.phase, child?.error?.name, child?.result], ['failed', 'DeadlineExceeded', undefined]);
    assert.equal(await world.state(), 'failed');
    world.account.settle();
    assert.deepEqual(world.account.picture(), before);
  });
}

test('no step of a restore begins after its deadline', async () => {
  const world = await open();
  world.account.after = (name) => {
    if (name !== 'createVolume') return;
    const error = jobError('DeadlineExceeded', 'the job had not ended by its deadline');
    void world.catalog.jobs.update(A, world.job.jobId, { error }, ['running']);
  };
  const changes: string[] = [];
  world.account.before = (name) => {
    changes.push(name);
  };
  await world.run();
  assert.ok(!changes.includes('stop'), changes.join());
  await world.cleanUp();
  const job = await world.catalog.jobs.get(A, world.job.jobId);
  assert.deepEqual([job?.state, job?.error?.name], ['failed', 'DeadlineExceeded']);
});

test('a volume that was marked and not detached any more loses its mark', async () => {
  const world = await open();
  const before = world.account.picture();
  await stopAt(world, 'after', 'mark');
  assert.ok([...world.account.volumes.values()].some(({ tags }) => tags[REPLACED_BY] !== undefined));
  await world.cancel();
  await world.cleanUp();
  assert.deepEqual(world.account.picture(), before);
});
