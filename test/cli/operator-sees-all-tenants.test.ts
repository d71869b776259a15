import assert from 'node:assert/strict';
import { test } from 'node:test';
import { usd } from '../../cli/units.ts';
import { PROVIDER } from '../api/world-records.ts';
import { startContractServer } from './contract-server.ts';
import { manyAgainst } from './run-cli.ts';
import { INSTANCE, JOB, TENANT } from './sample-ids.ts';

test('an operator reads who is protected, what ran lately and how libraries have grown, in figures and by name', async (t) => {
  const api = await startContractServer(t);
  const [protection, recent, growth] = await manyAgainst(
    api,
    PROVIDER,
  )([
    ['tenant', 'protection'],
    ['job', 'list', '--hours', '48', '--limit', '7'],
    ['library', 'growth'],
  ]);
  assert.match(protection?.out ?? '', new RegExp(`${TENANT} +acme +4 +1 +0 +30 +2 +0\\n`));
  assert.match(protection?.out ?? '', new RegExp(`Late, of acme: ${INSTANCE}\\n`));
  assert.match(protection?.out ?? '', /Unprotected, of acme: i-0123456789abcdef9 and 29 more/);
  assert.match(recent?.out ?? '', new RegExp(`${JOB} +${TENANT}`));
  assert.match(recent?.out ?? '', /There are 3 older ones/);
  assert.match(growth?.out ?? '', /3\.0 MiB|3 MiB/);
  assert.match(growth?.out ?? '', /3\.00 : 1/);
  assert.deepEqual(api.seen.find(({ name }) => name === 'operator listRecentJobs')?.query, { hours: '48', limit: '7' });
});

test('an account that could not be asked is named, and its figures are said to be of what is known', async (t) => {
  const api = await startContractServer(t);
  const counts = { protected: 2, late: 0, waiting: 0, unprotected: 1, gone: 0, unknown: 3 };
  const lost = { tenantId: TENANT, name: 'acme', ...counts, lateIds: [], unprotectedIds: [] };
  api.answers.set('operator listProtection', { items: [{ ...lost, problem: 'the role is gone' }] });
  const [said] = await manyAgainst(api, PROVIDER)([['tenant', 'protection']]);
  assert.match(said?.out ?? '', /acme +2\+ +0\+ +0\+ +1\+ +0\+ +3\+\n/);
  assert.match(said?.out ?? '', /Not asked, of acme: the role is gone/);
});

test('what tenants cost is a table of counts and dollars, and says by which prices, and what is not in it', async (t) => {
  const api = await startContractServer(t);
  const [shown, ofMonth] = await manyAgainst(
    api,
    PROVIDER,
  )([
    ['tenant', 'costs'],
    ['tenant', 'costs', '--month', '2026-10', '--json'],
  ]);
  assert.match(shown?.out ?? '', new RegExp(`${TENANT} +acme +4096 +0 +1 +102 +111 +4 +10 GiB +0\\.01 +0\\.24\n`));
  assert.match(shown?.out ?? '', /2026-11: 0\.24 USD, by AWS's list prices of US East \(N\. Virginia\), 2026-11/);
  assert.match(shown?.out ?? '', /Not in it: hours of access nodes/);
  assert.equal(JSON.parse(ofMonth?.out ?? '').items[0].calls.blocksRead, 4_096);
  const [cost] = JSON.parse(ofMonth?.out ?? '').items;
  api.answers.set('operator listCosts', {
    ...JSON.parse(ofMonth?.out ?? ''),
    items: [{ ...cost, removedAt: '2026-11-05T10:00:00.000Z' }],
  });
  const [removed] = await manyAgainst(api, PROVIDER)([['tenant', 'costs', '--month', '2026-10']]);
  assert.match(removed?.out ?? '', / acme \(removed 2026-11-05\) +4096 /);
  const asked = api.seen.filter(({ name }) => name === 'operator listCosts').map(({ query }) => query?.month);
  assert.deepEqual(asked.toSorted(), ['2026-10', '2026-10', undefined]);
});

test('small amounts keep two digits that say something', () => {
  assert.deepEqual([0, 1_250_000_000, 12_000_000, 428_000, 43, 999].map(usd), [
    ...['0.00', '1.25', '0.01', '0.00043', '0.000000043', '0.000001'],
  ]);
});
