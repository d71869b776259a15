import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attemptName } from '../../core/domain/protected-instance.ts';
import { createInMemoryCatalog } from '../api/in-memory-catalog.ts';
import { LEASE_TYPES, type LeaseType } from './attempt-steps.ts';
import { INSTANCE, openAttempts } from './attempts.ts';
import { holdAt } from './watched.ts';

const open = async (type: LeaseType) => {
  const { catalog, records } = createInMemoryCatalog();
  return { records, ...(await openAttempts(catalog, type)) };
};
type World = Awaited<ReturnType<typeof open>>;

/** How many calls of ports an attempt makes. */
const countCalls = async (type: LeaseType): Promise<string[]> => {
  const world = await open(type);
  const calls: string[] = [];
  await world.attempt(await world.addJob(), 1, async (call) => void calls.push(call)).run();
  return calls;
};

const available = async (world: World): Promise<readonly string[]> =>
  (await world.points()).filter(({ state }) => state === 'available').map(({ recoveryPointId }) => recoveryPointId);

const allCopied = async (world: World): Promise<boolean> =>
  (await world.points()).filter(({ kind, state }) => kind === 'backup-copy' && state === 'available').length === 2;

/** Nothing of any attempt is open, held or left in the tenant's account. */
const assertNothingLeft = async (world: World, about: string): Promise<void> => {
  assert.equal((await world.catalog.instances.get(world.tenantId, INSTANCE))?.owner, undefined, about);
  const left = [
    ...[...world.records.points.values()].filter(({ state }) => state === 'pending'),
    ...[...world.records.orders.values()].filter(({ state }) => state !== 'done' && state !== 'closed'),
    ...[...world.records.effects.values()].filter(({ state }) => state === 'intended' || state === 'made'),
    ...[...world.records.jobs.values()].filter(({ state }) =>
      ['queued', 'running', 'waiting', 'cancelling'].includes(state),
    ),
  ];
  assert.deepEqual(left, [], about);
  assert.deepEqual([...world.account.snapshots.keys()].sort(), await world.snapshotsToKeep(), about);
};

type HeirIs = 'the next attempt' | 'another job' | 'a job of another kind';
const HEIRS: Readonly<Record<LeaseType, readonly HeirIs[]>> = {
  backup: ['the next attempt', 'another job', 'a job of another kind'],
  snapshot: ['the next attempt', 'another job', 'a job of another kind'],
  'backup-copy': ['the next attempt', 'another job'],
};
const OTHER_KIND = { backup: 'snapshot', snapshot: 'backup', 'backup-copy': 'backup' } as const;

for (const type of LEASE_TYPES) {
  for (const heirIs of HEIRS[type]) {
    test(`a ${type} that stalls before any of its calls, and goes on when ${heirIs} has taken over, commits nothing and leaves nothing`, async (t) => {
      const calls = await countCalls(type);
      let refused = 0;
      let before = 0;
      for (let k = 1; k <= calls.length; k++) {
        const about = `stalled before call ${k} of ${calls.length}: ${calls[k - 1]}`;
        const world = await open(type);
        const { catalog, tenantId } = world;
        const job = await world.addJob();
        const held = holdAt(k);
        const zombie = world.attempt(job, 1, held.before);
        // The steps one by one: when its execution is stopped, the step that is under way goes on, and no other begins.
        let isStopped = false;
        const under = (async () => {
          for (const [, step] of zombie.steps) if (!isStopped) await step().catch((error: Error) => error);
        })();
        await Promise.race([held.reached, under]);
        isStopped = true;
        world.stop(job, 1);
        assert.equal(await world.cleanUp(job, 1), 'more', about);
        const committedBefore = await available(world);

        const child = await catalog.jobs.instance(job.jobId, INSTANCE);
        const isDone = child?.phase === 'done';
        // There is nothing for an heir to do.
        if ((heirIs === 'the next attempt' && isDone) || (type === 'backup-copy' && (await allCopied(world)))) {
          before += 1;
          held.goOn();
          await under;
          continue;
        }
        const heirType = heirIs === 'a job of another kind' ? OTHER_KIND[type] : type;
        const heirJob = heirIs === 'the next attempt' ? job : await world.addJob(heirType);
        const number = heirIs === 'the next attempt' ? 2 : 1;
        if (number === 2)
          assert.ok(
            await catalog.jobs.reopen(tenantId, job.jobId, 2, ['failed', 'cancelled', 'completed with errors']),
            about,
          );
        await world.attempt(heirJob, number).run();
        const afterHeir = await available(world);
        const { committed: heirs, fence: heirsFence = 0 } = (await catalog.instances.get(tenantId, INSTANCE)) ?? {};
        assert.ok(heirs && !committedBefore.includes(heirs) && afterHeir.includes(heirs), about);

        held.goOn();
        await under;
        const { locked } = zombie.state;
        if (locked && !committedBefore.includes(locked.recoveryPointId)) {
          // Even if all that it still wanted to do were done: its commit is refused.
          // (ZodError: its data was never joined, so that there is nothing to commit.)
          await assert.rejects(
            zombie.commit(),
            ({ name }: Error) =>
              /^(FenceRaised|JobCancelled|RecoveryPointUnavailable|TransientFailure|Zod\w*Error)$/.test(name),
            about,
          );
          const { fence, recoveryPointId } = locked;
          const me = attemptName(job.jobId, 1);
          const becomes = type === 'snapshot' ? 'snapshotHead' : 'head';
          // One that stalled before it took the lease has a newer one than the heir: what refuses it is that its job is over.
          if (fence <= heirsFence)
            assert.equal(
              await catalog.instances.commit(tenantId, INSTANCE, me, fence, recoveryPointId, becomes, Date.now()),
              false,
              about,
            );
          refused += 1;
        }
        world.advance(400_000);
        assert.equal(await world.cleanUp(job, 1, 2), 'closed', about);

        const record = await catalog.instances.get(tenantId, INSTANCE);
        const newest = heirType === 'snapshot' ? record?.snapshotHead : record?.head;
        assert.deepEqual([record?.committed, newest], [heirs, heirs], about);
        assert.deepEqual((await available(world)).toSorted(), afterHeir.toSorted(), about);
        await assertNothingLeft(world, about);
      }
      t.diagnostic(
        `${calls.length} calls; ${refused} commits refused; ${before} times there was nothing left to be done`,
      );
      assert.ok(refused > calls.length / 4);
    });
  }
}
