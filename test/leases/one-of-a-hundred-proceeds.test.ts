import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { createDynamoCatalog } from '../../adapters/aws/dynamo-catalog.ts';
import { attemptName } from '../../core/domain/protected-instance.ts';
import type { Catalog } from '../../core/ports/catalog.ts';
import { createLockInstance } from '../../core/steps/backup/lock-instance.ts';
import { openTable } from '../adapters/dynalite-table.ts';
import { racers } from '../adapters/racers.ts';
import { createInMemoryCatalog } from '../api/in-memory-catalog.ts';
import { INSTANCE, openAttempts } from './attempts.ts';

const RACERS = 100;

const suite = (name: string, open: () => Promise<Catalog>): void => {
  describe(`a hundred jobs want one instance (${name})`, () => {
    it('one proceeds, and each of the others says which job holds it', async () => {
      const world = await openAttempts(await open());
      const lock = createLockInstance(world.deps(async () => undefined));
      const jobs = await racers(RACERS, () => world.addJob());
      const answers = await Promise.allSettled(
        jobs.map(({ jobId }) => lock({ jobId, attempt: 1, tenantId: world.tenantId, instanceId: INSTANCE })),
      );
      const won = answers.filter((each) => each.status === 'fulfilled');
      const lost = answers.filter((each) => each.status === 'rejected').map(({ reason }) => reason as Error);
      assert.equal(won.length, 1);
      const holder = attemptName(won[0]?.value.jobId ?? '', 1);
      assert.equal(lost.length, RACERS - 1);
      for (const { name, message } of lost)
        assert.deepEqual([name, message], ['InstanceBusy', `${INSTANCE} is being worked on by ${holder}`]);
      assert.deepEqual(
        await world.catalog.instances.get(world.tenantId, INSTANCE).then((its) => [its?.owner, its?.fence]),
        [holder, 1],
      );
    });

    it('one takes over from an attempt that is over, and the fence is one higher', async () => {
      const world = await openAttempts(await open());
      const { catalog, tenantId } = world;
      const dead = await world.addJob();
      const zombie = world.attempt(dead, 1);
      for (const [, step] of zombie.steps.slice(0, 3)) await step();
      await catalog.jobs.update(tenantId, dead.jobId, { state: 'failed' });
      const lock = createLockInstance(world.deps(async () => undefined));
      const jobs = await racers(20, () => world.addJob());
      const answers = await Promise.allSettled(
        jobs.map(({ jobId }) => lock({ jobId, attempt: 1, tenantId, instanceId: INSTANCE })),
      );
      const won = answers.filter((each) => each.status === 'fulfilled').map(({ value }) => value);
      assert.deepEqual(
        won.map(({ fence }) => fence),
        [2],
      );
      const { recoveryPointId, fence = 0 } = zombie.state.locked ?? {};
      assert.equal(
        await catalog.instances.commit(
          tenantId,
          INSTANCE,
          attemptName(dead.jobId, 1),
          fence,
          recoveryPointId ?? '',
          'head',
        ),
        false,
      );
    });
  });
};

suite('in memory', async () => createInMemoryCatalog().catalog);

const tables: { close(): void | Promise<void> }[] = [];
after(async () => {
  for (const table of tables) await table.close();
});
suite('DynamoDB', async () => {
  const opened = await openTable();
  tables.push(opened);
  return createDynamoCatalog(opened);
});
