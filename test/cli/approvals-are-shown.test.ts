import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { PROVIDER } from '../api/world-records.ts';
import { STAGE } from './api-server.ts';
import { startContractServer } from './contract-server.ts';
import { cliAgainst, manyAgainst } from './run-cli.ts';
import { approvalView, tenantApprovalView } from './sample-approvals.ts';
import { APPROVAL, PLAN, POINT, TENANT } from './sample-ids.ts';

/** Answers whatever is asked: the plan that is read first, and then that the rest waits. */
const everythingWaits = async (t: { after(stop: () => void): void }, plan: unknown): Promise<{ url: string }> => {
  const http = createServer((request, response) => {
    const isRead = request.method === 'GET';
    response.writeHead(isRead ? 200 : 202).end(JSON.stringify(isRead ? plan : tenantApprovalView));
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  t.after(() => http.close());
  return { url: `http://127.0.0.1:${(http.address() as AddressInfo).port}${STAGE}` };
};

test('what waits for a second person is shown as such, with what to do, and ends with 5', async (t) => {
  const plan = {
    planId: PLAN,
    name: 'nightly',
    retention: { days: 30 },
    token: 'x',
    removes: [{}],
    keeps: [],
    keepsInAll: 0,
  };
  const api = await everythingWaits(t, plan);
  const commands = [
    ['recovery-point', 'delete', POINT, '--yes'],
    ['recovery-point', 'release', POINT],
    ['plan', 'change', PLAN, '--keep-days', '7'],
    ['plan', 'remove', PLAN],
    ['hypervisor', 'unbind', TENANT],
    ['hypervisor', 'remove', TENANT],
    ['hypervisor', 'protect', TENANT, '--approvals', 'off'],
  ];
  for (const [n, { code, out, err }] of (await manyAgainst(api)(commands)).entries()) {
    assert.equal(code, 5, `${commands[n]?.join(' ')}\n${err}${out}`);
    assert.match(out, /Nothing was done yet: a second person has to approve it/);
    assert.match(out, new RegExp(`holdfast approval show ${APPROVAL} --approver`));
    assert.match(out, /expires\s+2026-01-04/);
    assert.equal(err, '');
  }
  const { code, out } = await cliAgainst(api)(['recovery-point', 'release', POINT, '--json']);
  assert.deepEqual([code, JSON.parse(out)], [5, tenantApprovalView]);
});

test('an approval that was void is told, and ends with 1', async (t) => {
  const api = await startContractServer(t);
  const error = { name: 'Conflict', message: 'What it would change is not as it was when it was asked for.' };
  api.answers.set('approver approve', { ...approvalView, state: 'failed', error });
  const args = ['approval', 'approve', APPROVAL, '--request-hash', '5'.repeat(64)];
  const { code, out } = await cliAgainst(api, PROVIDER)(args);
  assert.equal(code, 1);
  assert.match(out, /not done\s+Conflict: What it would change/);
});

test('nothing is approved or deleted unless somebody says yes; a hash that is none is not sent', async (t) => {
  const api = await startContractServer(t);
  api.answers.set('approver getApproval', approvalView);
  const results = await manyAgainst(
    api,
    PROVIDER,
  )([
    ['approval', 'approve', APPROVAL, '--json'],
    ['recovery-point', 'delete', POINT],
    ['approval', 'approve', APPROVAL, '--request-hash', 'abc'],
    ['approval', 'reject', APPROVAL],
    ['approval', 'list', '--approver', '--tenant', TENANT],
  ]);
  assert.deepEqual(
    results.map(({ code }) => code),
    [2, 2, 2, 2, 2],
  );
  assert.match(results[2]?.err ?? '', /--request-hash/);
  assert.ok(api.seen.every(({ name }) => name.includes('get')));
});
