/** Which parts of the packs a check of a sample reads, whatever days were missed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LibraryOutcome, StartLibraryRun } from '../../core/contracts/library-runs.ts';
import type { TenantHypervisor } from '../../core/domain/hypervisor.ts';
import { createStartLibraryRun } from '../../core/steps/api/start-library-run.ts';
import { freshId } from '../adapters/records.ts';
import { openFlows } from './flows-world.ts';

const DAY = 86_400_000;
const none = { findingsInAll: 0, findings: [], lostInAll: 0, lost: [] };
const counts = { recoveryPoints: 1, volumes: 1, pages: 1, packs: 1, blocks: 1, packsRead: 1, bytesRead: 1 };
const outcome: LibraryOutcome = { task: 'check', depth: 'sample', ...none, ...counts };

const openChecks = async (t: Parameters<typeof openFlows>[0], options = {}) => {
  const world = await openFlows(t, options);
  const { clock } = world.cloud;
  await clock.advance(DAY - (clock.now() % DAY) + 3 * 3_600_000);
  const start = createStartLibraryRun({ ...world.deps, ids: { uuid: () => freshId('x').slice(2) } });
  /** The slices that a node was told to read, as days before today. */
  const check = async (of = 0, depth: StartLibraryRun['depth'] = 'sample', error?: string) => {
    const { tenantId } = world.tenants[of] ?? world.tenants[0];
    const tenant = (await world.catalog.hypervisors.get(tenantId)) as TenantHypervisor;
    world.node.maintains.push(error === undefined ? { outcome } : { error });
    const terms = { planOnly: false, acceptDamage: false, queueDeadlineSeconds: 60 };
    const { runId } = await start(tenant, { requestedBy: 'ops' }, { task: 'check', depth, ...terms });
    await world.cloud.finish(world.executionOf('library-run', runId));
    const order = world.node.orders.at(-1);
    assert.equal(order?.kind, 'maintain-library');
    const today = Math.floor(clock.now() / DAY);
    return order.slices?.map((slice) => (((today - slice) % 28) + 28) % 28).sort((a, b) => a - b);
  };
  const days = (count: number) => clock.advance(count * DAY);
  return { check, days };
};
const upTo = (count: number): number[] => Array.from({ length: count }, (_, at) => at);

for (const twice of [false, true]) {
  test(`a check of a sample reads what the days since the last have left over${twice ? ', though steps run twice' : ''}`, async (t) => {
    const { check, days } = await openChecks(t, { twice });
    assert.deepEqual(await check(), [0], 'before the first one nothing was missed');
    await days(1);
    assert.deepEqual(await check(), [0]);
    await days(3);
    assert.deepEqual(await check(), upTo(3), 'two days were missed');
    assert.deepEqual(await check(), [0], 'on the same day, the same again');
    await days(7);
    assert.deepEqual(await check(), upTo(7), 'once a week');
    await days(40);
    assert.deepEqual(await check(), upTo(28), 'all there are');
  });
}

test('what failed, or read no data, is not counted as read; what read everything is; tenants are apart', async (t) => {
  const { check, days } = await openChecks(t);
  assert.deepEqual(await check(0, 'sample', 'LibraryDamaged'), [0]);
  await days(1);
  assert.equal(await check(0, 'structure'), undefined);
  await days(1);
  assert.deepEqual(await check(), upTo(3), 'since the first try');
  await days(2);
  assert.equal(await check(0, 'everything'), undefined);
  await days(1);
  assert.deepEqual(await check(), [0]);
  await days(2);
  assert.deepEqual(await check(1), [0]);
  assert.deepEqual(await check(), upTo(2));
});
