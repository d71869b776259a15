import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TransientFailure } from '../../core/domain/errors.ts';
import { createListProtection } from '../../core/steps/overview/list-protection.ts';
import { createWorld } from './world.ts';
import { acme, bolt } from './world-records.ts';

const PAGE = { limit: 100 };
const never = new Promise<never>(() => {});

test('an account that does not answer is told by its problem, and the others by their instances', async () => {
  const { deps } = createWorld();
  const asked: number[] = [];
  const list = createListProtection({
    ...deps,
    scopes: {
      ...deps.scopes,
      open: (tenant, ...rest) =>
        tenant.hypervisorId === bolt.hypervisorId ? never : deps.scopes.open(tenant, ...rest),
    },
    within:
      (ms) =>
      async <T>(work: Promise<T>): Promise<T> => {
        asked.push(ms);
        const turns = new Promise<T>((_, fail) => setImmediate(() => setImmediate(fail, new TransientFailure('late'))));
        return Promise.race([work, turns]);
      },
  });
  const { items } = await list(PAGE);
  const problemOf = (id: string) => items.find(({ tenantId }) => tenantId === id)?.problem;
  assert.deepEqual([problemOf(bolt.hypervisorId), problemOf(acme.hypervisorId)], ['late', undefined]);
  for (const ms of asked) assert.ok(ms > 0 && ms <= 6_000, `${ms} ms`);
});

test('where a page’s time is over, what is left of it is not asked, and says so', async () => {
  const world = createWorld();
  const list = createListProtection({
    ...world.deps,
    catalog: {
      ...world.deps.catalog,
      plans: {
        ...world.deps.catalog.plans,
        async list(id, page) {
          if (id === bolt.hypervisorId) world.advance(20_000);
          return world.deps.catalog.plans.list(id, page);
        },
      },
    },
  });
  const { items } = await list(PAGE);
  assert.match(items.find(({ tenantId }) => tenantId === bolt.hypervisorId)?.problem ?? '', /no time left/);
});
