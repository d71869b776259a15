import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { tableDefinition } from '../../adapters/aws/dynamo-table-definition.ts';
import { sha256, systemClock, uuidv7Ids } from '../../adapters/system.ts';

test('ids are UUIDv7, never the same, and sort by the time they were made at', async () => {
  const before = systemClock.now();
  const early = Array.from({ length: 1_000 }, () => uuidv7Ids.uuid());
  await new Promise((resolve) => setTimeout(resolve, 5));
  const late = uuidv7Ids.uuid();
  assert.equal(new Set(early).size, 1_000);
  for (const id of early) {
    assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    const time = Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16);
    assert.ok(time >= before && time <= systemClock.now());
    assert.ok(id < late);
  }
});

test('sha256 is what everybody else computes', () => {
  assert.equal(sha256('abc'), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});

test('the deployed table has the keys that the catalog reads and writes by', () => {
  const path = join(import.meta.dirname, '../../infra/storage.yml');
  const { Resources } = parse(readFileSync(path, 'utf8'), { merge: true, logLevel: 'silent' }) as {
    Resources: { Table: { Properties: typeof tableDefinition } };
  };
  const { KeySchema, AttributeDefinitions, BillingMode } = Resources.Table.Properties;
  assert.deepEqual(KeySchema, tableDefinition.KeySchema);
  assert.equal(BillingMode, tableDefinition.BillingMode);
  for (const attribute of tableDefinition.AttributeDefinitions)
    assert.ok(AttributeDefinitions.some((each) => JSON.stringify(each) === JSON.stringify(attribute)));
});
