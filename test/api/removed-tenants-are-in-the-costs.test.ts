import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callAs } from './call-as.ts';
import { createWorld } from './world.ts';
import { acme, bolt, PROVIDER, START } from './world-records.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

test('a tenant that was removed is in the months in which it has cost anything, by page; not in those after', async () => {
  const world = createWorld();
  const { records } = world;
  const call = callAs(world, PROVIDER);
  const [month, nextMonth] = [START, START + 40 * DAY].map((at) => new Date(at).toISOString().slice(0, 7));
  const calls = { blocksRead: 1_000, blocksWritten: 0, blockLists: 0, s3Puts: 0, s3Gets: 0, kms: 0 };
  const gone = { tenantId: 'hv-99999991', name: 'gone', removedAt: START };
  const idle = { tenantId: 'hv-99999992', name: 'idle', removedAt: START };
  // its removal did not come to its end
  const there = { tenantId: acme.hypervisorId, name: acme.name, removedAt: START };
  for (const each of [gone, idle, there]) records.removedTenants.set(each.tenantId, each);
  for (const { tenantId } of [gone, there])
    for (const each of [month, nextMonth])
      records.monthsOfCalls.set(`${tenantId} ${each}`, {
        tenantId,
        month: String(each),
        calls,
        version: 1,
        adding: {},
      });
  const of = async (asked: string | undefined, limit: number) => {
    const found: Record<string, unknown>[] = [];
    for (let next: string | undefined; ; ) {
      const query = { limit: String(limit), month: String(asked), ...(next === undefined ? {} : { next }) };
      const { body } = await call('GET', '/operator/costs', { query });
      assert.ok(body.items?.length <= limit, JSON.stringify(body));
      found.push(...body.items);
      next = body.next;
      if (next === undefined) return found;
    }
  };
  for (const limit of [1, 2, 100]) {
    const items = await of(month, limit);
    assert.deepEqual(
      items.map(({ tenantId }) => tenantId),
      [acme.hypervisorId, bolt.hypervisorId, gone.tenantId],
    );
    assert.deepEqual(
      items.map(({ removedAt }) => removedAt),
      [undefined, undefined, new Date(START).toISOString()],
    );
    assert.equal((items[2] as { nanoUsd: { total: number } }).nanoUsd.total, 3_000_000);
  }
  assert.deepEqual(
    (await of(nextMonth, 100)).map(({ tenantId }) => tenantId),
    [acme.hypervisorId, bolt.hypervisorId],
  );
});
