import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PROVIDER } from '../api/world.ts';
import { startContractServer } from './contract-server.ts';
import { manyAgainst } from './run-cli.ts';
import { INSTANCE, JOB, TENANT } from './sample-answers.ts';

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
