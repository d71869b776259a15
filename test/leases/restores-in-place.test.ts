/** A restore in place holds its instance as a backup does; what it commits is its result. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attemptName } from '../../core/domain/protected-instance.ts';
import { createLockInstance } from '../../core/steps/backup/lock-instance.ts';
import { createCleanUp } from '../../core/steps/jobs/clean-up.ts';
import { createFinishRestore } from '../../core/steps/restore/finish-restore.ts';
import { A, freshId } from '../adapters/records.ts';
import { fakeScopes } from '../core/fake-tenant/scopes.ts';
import { INSTANCE, machineOf, openRestoreWorld, type RestoreWorld } from '../core/restore-world.ts';
import { type Before, holdAt, watched } from './watched.ts';

const inPlace = { kind: 'in-place', overwrite: true, replacedVolumes: 'keep' } as const;
const open = () => openRestoreWorld({ target: inPlace, kind: 'streaming' });

/** The world's own job, with something before each call of its steps. */
const zombieOf = ({ catalog, account, job }: RestoreWorld, before: Before) =>
  machineOf(
    { catalog: watched(catalog, 'catalog', before), scopes: watched(fakeScopes(account), 'scopes', before) },
    job,
    INSTANCE,
  );

const countCalls = async (): Promise<readonly string[]> => {
  const calls: string[] = [];
  await zombieOf(await open(), async (call) => void calls.push(call)).perform();
  return calls;
};

/** One pass of the cleanup, with as many looks as it asks for. */
const passOf = async ({ deps, attempt }: Pick<RestoreWorld, 'deps' | 'attempt'>, pass: number): Promise<string> => {
  for (let looks = 0; looks < 60; looks++) {
    const { state } = await createCleanUp(deps)({ ...attempt, pass });
    if (state !== 'running') return state;
  }
  throw new Error('the pass never ends');
};

const anotherRestore = async ({ catalog, account, job }: RestoreWorld) => {
  const next = { ...job, jobId: freshId('job'), state: 'queued' as const };
  await catalog.jobs.add(next);
  return machineOf({ catalog, scopes: fakeScopes(account) }, next, INSTANCE);
};

const nextAttempt = async ({ catalog, account, job }: RestoreWorld) => {
  assert.ok(await catalog.jobs.reopen(A, job.jobId, 2, ['failed', 'completed with errors']));
  return machineOf({ catalog, scopes: fakeScopes(account), number: 2 }, job, INSTANCE);
};

const volumesAt = ({ account }: RestoreWorld): readonly string[] =>
  [...account.volumes.values()]
    .filter(({ attachment }) => attachment?.instanceId === INSTANCE)
    .map(({ volumeId }) => volumeId)
    .sort();

/** Stops it at its k-th call. What is under way then goes on when `goOn` is called. */
const stopAt = async (world: RestoreWorld, k: number) => {
  const held = holdAt(k);
  const zombie = zombieOf(world, held.before);
  const under = zombie.perform().catch((error: Error) => error);
  await Promise.race([held.reached, under]);
  zombie.stop();
  world.stop();
  return {
    goOn: async (): Promise<void> => {
      held.goOn();
      await under;
    },
  };
};

const ownerOf = async ({ catalog }: RestoreWorld): Promise<string | undefined> =>
  (await catalog.instances.get(A, INSTANCE))?.owner;

for (const heirIs of ['the next attempt', 'another restore'] as const) {
  test(`a restore in place that stalls before any of its calls keeps its instance till it has ended; then ${heirIs} restores, and the stale one changes nothing`, async (t) => {
    const calls = await countCalls();
    let refused = 0;
    let waited = 0;
    for (let k = 1; k <= calls.length; k++) {
      const about = `stalled before call ${k} of ${calls.length}: ${calls[k - 1]}`;
      const world = await open();
      const before = world.account.picture();
      const me = attemptName(world.job.jobId, 1);
      const { goOn } = await stopAt(world, k);
      assert.equal(await passOf(world, 1), 'more', about);
      const isDone = (await world.child())?.phase === 'done';
      if (!isDone && (await ownerOf(world)) === me) {
        // A step is under way that may change the instance: nobody else works on it until it must have ended.
        waited += 1;
        const early = await anotherRestore(world);
        await assert.rejects(createLockInstance(early.deps)({ ...early.attempt, instanceId: INSTANCE }), {
          name: 'InstanceBusy',
        });
        assert.equal(await world.catalog.jobs.reopen(A, world.job.jobId, 2, ['failed']), false, about);
      }
      await goOn();
      assert.equal(await passOf(world, 2), 'closed', about);
      world.account.settle();
      if (isDone) continue;
      assert.deepEqual([(await world.child())?.result, await ownerOf(world)], [undefined, undefined], about);
      assert.deepEqual(world.account.picture(), before, about);

      const heir = heirIs === 'the next attempt' ? await nextAttempt(world) : await anotherRestore(world);
      await heir.run();
      await heir.cleanUp();
      assert.equal(await heir.state(), 'completed', about);
      const [restored, heirs] = [world.account.picture(), await heir.child()];

      // Even if all that it still wanted to do were done: what it made is not said to be a result.
      const { recoveryPointId } = world.point;
      const finish = createFinishRestore(world.deps)({ ...world.attempt, instanceId: INSTANCE, recoveryPointId });
      if (heirIs === 'the next attempt') await finish;
      else {
        const error = (await finish.then(
          () => undefined,
          (refusal: unknown) => refusal,
        )) as Error | undefined;
        // TransientFailure: it has not even made its volumes.
        assert.match(error?.name ?? 'done', /^(JobCancelled|TransientFailure)$/, about);
        if (error?.name === 'JobCancelled') refused += 1;
      }
      assert.deepEqual(world.account.picture(), restored, about);
      assert.deepEqual(await heir.child(), heirs, about);
      assert.deepEqual(volumesAt(world), heirs?.result?.volumes.map(({ volumeId }) => volumeId).sort(), about);
      if (heirIs === 'another restore') assert.equal((await world.child())?.result, undefined, about);
      assert.equal(await ownerOf(world), undefined, about);
    }
    const told = heirIs === 'another restore' ? `; ${refused} results refused` : '';
    t.diagnostic(`${calls.length} calls; ${waited} times the instance was kept${told}`);
    assert.ok(waited > calls.length / 2 && (heirIs === 'the next attempt' || refused > calls.length / 3));
  });
}

test('one that goes on after all that, longer than a step may run, takes no result, volume or lease from its heir', async (t) => {
  const calls = await countCalls();
  let late = 0;
  for (let k = 1; k <= calls.length; k++) {
    const about = `stalled before call ${k} of ${calls.length}: ${calls[k - 1]}`;
    const world = await open();
    const { goOn } = await stopAt(world, k);
    await passOf(world, 1);
    if ((await world.child())?.phase === 'done') {
      await goOn();
      continue;
    }
    await passOf(world, 2);
    const heir = await anotherRestore(world);
    await heir.run();
    await heir.cleanUp();
    assert.equal(await heir.state(), 'completed', about);
    const heirs = await heir.child();
    late += 1;
    await goOn();
    // The reaper has the cleanup started again where something is left.
    await passOf(world, 2);
    assert.deepEqual(await heir.child(), heirs, about);
    assert.deepEqual([(await world.child())?.result, await world.state()], [undefined, 'failed'], about);
    assert.deepEqual(volumesAt(world), heirs?.result?.volumes.map(({ volumeId }) => volumeId).sort(), about);
    const nobodys = [...world.account.volumes.values()].filter(
      ({ tags, attachment }) => tags['holdfast:job'] === world.job.jobId && !attachment,
    );
    assert.deepEqual(nobodys, [], about);
    assert.equal(await ownerOf(world), undefined, about);
  }
  t.diagnostic(`${calls.length} calls, ${late} of them before the result was noted`);
  assert.ok(late > calls.length / 2);
});

for (const how of ['cancelled', 'past its deadline', 'stopped'] as const) {
  test(`a restore in place that is ${how} at any of its calls ends, with everything as it was or all restored`, async (t) => {
    const calls = await countCalls();
    let undone = 0;
    for (let k = 1; k <= calls.length; k++) {
      const about = `${how} at call ${k} of ${calls.length}: ${calls[k - 1]}`;
      const world = await open();
      const before = world.account.picture();
      const { goOn } = await stopAt(world, k);
      if (how === 'cancelled') await world.cancel();
      if (how === 'past its deadline')
        await world.catalog.jobs.update(A, world.job.jobId, { error: { name: 'DeadlineExceeded', message: 'late' } }, [
          'queued',
          'running',
        ]);
      await goOn();
      await world.cleanUp();
      world.account.settle();
      const child = await world.child();
      const state = await world.state();
      assert.equal(await ownerOf(world), undefined, about);
      if (child?.phase === 'done') continue;
      undone += 1;
      assert.equal(state, how === 'cancelled' ? 'cancelled' : 'failed', about);
      assert.deepEqual(world.account.picture(), before, about);
    }
    t.diagnostic(`${calls.length} calls; ${undone} times everything was as before`);
    assert.ok(undone > calls.length / 2);
  });
}
