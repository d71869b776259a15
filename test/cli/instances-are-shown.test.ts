import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PROVIDER } from '../api/world-records.ts';
import { startContractServer } from './contract-server.ts';
import { manyAgainst } from './run-cli.ts';
import { INSTANCE, TENANT } from './sample-ids.ts';
import { instanceView } from './sample-plans.ts';

test('instances are listed with their protection, by the filters that are asked for', async (t) => {
  const api = await startContractServer(t);
  api.answers.set('tenant listInstances', { items: [{ ...instanceView, orMore: true }] });
  const [shown, bad] = await manyAgainst(
    api,
    PROVIDER,
  )([
    ['instance', 'list', '--tenant', TENANT, '--protection', 'late', '--text', 'shop'],
    ['instance', 'list', '--protection', 'lost'],
  ]);
  assert.equal(shown?.code, 0, shown?.err);
  assert.match(
    shown?.out ?? '',
    new RegExp(`${INSTANCE} +shop +running +late +2026-01-01 .* streaming +7\\+ +nightly`),
  );
  assert.match(
    shown?.out ?? '',
    /Late: shop\. Its newest recovery point is 3 days old, and plan nightly allows 30 h\./,
  );
  assert.deepEqual(
    api.seen.map(({ name, query }) => [name, query]),
    [['tenant listInstances', { limit: '25', protection: 'late', text: 'shop' }]],
  );
  assert.equal(bad?.code, 2);
  assert.match(bad?.err ?? '', /protected, late, waiting, unprotected, gone, unknown/);
});

test('an account that cannot be asked is told above what has recovery points, and in JSON', async (t) => {
  const api = await startContractServer(t);
  const { state: _, ...gone } = instanceView;
  const accountNotReached = { name: 'TenantAccessLost', message: 'The role is gone.', remedy: 'Check the role.' };
  api.answers.set('listInstances', { items: [gone], accountNotReached });
  const [shown, json] = await manyAgainst(api)([
    ['instance', 'list'],
    ['instance', 'list', '--all', '--json'],
  ]);
  assert.match(shown?.out ?? '', /cannot be asked: The role is gone\.\nCheck the role\.[\s\S]*shop/);
  assert.deepEqual(JSON.parse(json?.out ?? ''), { items: [gone], accountNotReached });
});
