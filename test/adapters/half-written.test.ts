/** What readers see of records that span several items, when a writer comes between or dies half-way. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDynamoHypervisors } from '../../adapters/aws/dynamo-hypervisors.ts';
import { createDynamoRecoveryPoints } from '../../adapters/aws/dynamo-recovery-points.ts';
import { createTable, type Table } from '../../adapters/aws/dynamo-table.ts';
import { openTable } from './dynalite-table.ts';
import { A, aPoint, aTenant, aVolume, freshId } from './records.ts';

const point = aPoint(A, 'i-00000001', [aVolume(1, [1]), aVolume(2, [1])]);
const volumes = [aVolume(1, [2]), aVolume(2, [2])];

/** A table whose first `times` reads of a whole partition lack its last item, as if it had gone between two pages. */
const torn = (table: Table, times: number): Table => ({
  ...table,
  async all(pk, prefix) {
    const items = await table.all(pk, prefix);
    return times-- > 0 ? items.slice(0, -1) : items;
  },
});

test('a point that changes while it is read is read again, and never answered in part', async (t) => {
  const opened = await openTable();
  t.after(opened.close);
  const table = createTable(opened.client, opened.table);
  const points = createDynamoRecoveryPoints(table);
  await points.add(point);
  await points.fill(A, point.recoveryPointId, 1, { volumes }, 'final');
  const whole = { ...point, volumes, filledBy: 1 };
  assert.deepEqual(await createDynamoRecoveryPoints(torn(table, 2)).get(A, point.recoveryPointId), whole);
  await assert.rejects(createDynamoRecoveryPoints(torn(table, 100)).get(A, point.recoveryPointId), {
    name: 'TransientFailure',
  });
});

test('volumes that a crashed writer left behind are not part of the point', async (t) => {
  const opened = await openTable();
  t.after(opened.close);
  const table = createTable(opened.client, opened.table);
  const dying: Table = { ...table, update: () => Promise.reject(new Error('the Lambda ended here')) };
  await createDynamoRecoveryPoints(table).add(point);
  await assert.rejects(createDynamoRecoveryPoints(dying).fill(A, point.recoveryPointId, 1, { volumes }));
  assert.deepEqual(await createDynamoRecoveryPoints(table).get(A, point.recoveryPointId), point);
  await createDynamoRecoveryPoints(table).fill(A, point.recoveryPointId, 1, { volumes });
  assert.deepEqual(await createDynamoRecoveryPoints(table).get(A, point.recoveryPointId), { ...point, volumes });
});

test('a tenant hypervisor whose writer died half-way is not there, keeps nobody out, and can be added again', async (t) => {
  const opened = await openTable();
  t.after(opened.close);
  const table = createTable(opened.client, opened.table);
  const dying: Table = {
    ...table,
    create: (key, fields) => (key.sk === 'POINTER' ? table.create(key, fields) : Promise.reject(new Error('it ended'))),
  };
  const half = aTenant(freshId('hv'), '555555555555');
  const whole = aTenant(freshId('hv'), '555555555555');
  await assert.rejects(createDynamoHypervisors(dying).add(half));
  const hypervisors = createDynamoHypervisors(table);
  assert.equal(await hypervisors.get(half.hypervisorId), undefined);
  assert.equal(await hypervisors.add(whole), true);
  assert.equal(await hypervisors.get(half.hypervisorId), undefined, "its pointer must not lead to the other's record");
  assert.equal(await hypervisors.bind(half.hypervisorId, { serviceId: 'hv-service01', boundAt: 1 }, undefined), false);
  assert.deepEqual(await hypervisors.tenantOfAccount(half.accountId), whole);

  const again = aTenant(freshId('hv'), '666666666666');
  await assert.rejects(createDynamoHypervisors(dying).add(again));
  assert.equal(await hypervisors.add(again), true);
  assert.deepEqual(await hypervisors.get(again.hypervisorId), again);
});
