import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Credentials } from '../../cli/signed-request.ts';
import { ACME, PROVIDER } from '../api/world-records.ts';
import { startApiServer } from '../cli/api-server.ts';
import { startContractServer } from '../cli/contract-server.ts';
import { openConsole, signerOf } from './open-console.ts';

const JSON_BODY = { 'content-type': 'application/json' };

test('the API sees the user, and the page sees the API, refusals too', async (t) => {
  const api = await startApiServer(t);
  const tenant = await openConsole(t, signerOf(api.url, ACME));
  const own = await tenant.asPage({ path: '/api/hypervisor' });
  assert.equal(own.status, 200, own.text);
  assert.equal(JSON.parse(own.text).accountId, ACME);
  const operator = await openConsole(t, signerOf(api.url, PROVIDER));
  const all = await operator.asPage({ path: '/api/operator/hypervisors?limit=2' });
  assert.equal(all.status, 200, all.text);
  const refused = await operator.asPage({ path: '/api/hypervisor' });
  assert.equal(refused.status, 403);
  assert.equal(JSON.parse(refused.text).code, 'NotAllowed');
});

test('query, body and idempotency key arrive as they were sent, other headers do not', async (t) => {
  const api = await startContractServer(t);
  const { asPage } = await openConsole(t, signerOf(api.url));
  await asPage({ path: '/api/jobs?limit=7&state=completed%20with%20errors' });
  const body = JSON.stringify({ instanceIds: ['i-0123456789abcdef0'], level: 'full' });
  const headers = { ...JSON_BODY, 'idempotency-key': 'once-1', authorization: 'Bearer other', 'x-amz-date': 'x' };
  const started = await asPage({ method: 'POST', path: '/api/backups', body, headers });
  assert.equal(started.status, 202, started.text);
  const [list, start] = api.seen;
  assert.deepEqual(list?.query, { limit: '7', state: 'completed with errors' });
  assert.deepEqual(start?.body, JSON.parse(body));
  assert.equal(start?.idempotencyKey, 'once-1');
});

test('bodies have a limit and a form, and nothing is sent where they have not', async (t) => {
  const api = await startApiServer(t);
  const { asPage } = await openConsole(t, signerOf(api.url));
  const post = { method: 'POST', path: '/api/backups' };
  assert.equal((await asPage({ ...post, headers: JSON_BODY, body: `"${'x'.repeat(70_000)}"` })).status, 413);
  assert.equal((await asPage({ ...post, headers: { 'content-type': 'text/plain' }, body: '{}' })).status, 415);
  assert.deepEqual(api.seen, []);
});

test('credentials that are over are looked for once more, and nothing is asked twice with the same', async (t) => {
  const api = await startApiServer(t);
  const signer = signerOf(api.url, ACME);
  const ended = { accessKeyId: 'ASIAENDED00000000000', secretAccessKey: 'x', sessionToken: 'ended' };
  const looks: boolean[] = [];
  let own: Credentials = ended;
  const { asPage } = await openConsole(t, {
    ...signer,
    async credentials({ anew } = { anew: false }) {
      looks.push(anew);
      return anew ? own : ended;
    },
  });
  assert.equal((await asPage({ path: '/api/hypervisor' })).status, 403, 'they were not renewed');
  assert.deepEqual(looks, [false, true]);
  own = await signer.credentials();
  const renewed = await asPage({ path: '/api/hypervisor' });
  assert.equal(renewed.status, 200, renewed.text);
  assert.deepEqual(looks, [false, true, false, true]);
});

test('no credentials, and no API: the page is told so in the API’s own form, and nothing of what signs', async (t) => {
  const api = await startApiServer(t);
  const signer = signerOf(api.url);
  const signedOut = await openConsole(t, {
    ...signer,
    credentials: async () => {
      throw new Error('the token of the session has ended');
    },
  });
  const told = await signedOut.asPage({ path: '/api/hypervisor' });
  assert.equal(told.status, 502);
  assert.equal(JSON.parse(told.text).code, 'NoCredentials');
  const nowhere = await openConsole(t, { ...signer, url: new URL('http://127.0.0.1:1/dev') });
  const lost = await nowhere.asPage({ path: '/api/hypervisor' });
  assert.equal(lost.status, 502);
  assert.equal(JSON.parse(lost.text).code, 'Unreachable');
  const { accessKeyId, secretAccessKey } = await signer.credentials();
  for (const { text, headers } of [told, lost])
    for (const secret of [accessKeyId, secretAccessKey])
      assert.ok(!`${text}${JSON.stringify(headers)}`.includes(secret));
});
