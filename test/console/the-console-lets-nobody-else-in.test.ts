import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KEY_HEADER } from '../../cli/console-door.ts';
import { isRoute } from '../../cli/console-routes.ts';
import { startApiServer } from '../cli/api-server.ts';
import { ask } from './ask.ts';
import { openConsole, pathOf, sessionOf, signerOf } from './open-console.ts';

test('without the printed address there is neither page nor API', async (t) => {
  const api = await startApiServer(t);
  const { server } = await openConsole(t, signerOf(api.url));
  for (const path of ['/', '/jobs', '/assets/main-1.js', '/api/hypervisor', '/?token=', '/?token=guessed'])
    assert.ok([401, 403].includes((await ask(server.port, { path })).status), path);
  const forged = `holdfast-console-${server.port}=guessed`;
  assert.equal((await ask(server.port, { path: '/api/hypervisor', headers: { cookie: forged } })).status, 401);
  assert.deepEqual(api.seen, []);
});

test('an address opens the console once, and the next one is printed', async (t) => {
  const api = await startApiServer(t);
  const { server, next } = await openConsole(t, signerOf(api.url));
  const first = await ask(server.port, { path: pathOf(server.address) });
  assert.equal(first.status, 200);
  const cookie = String(first.headers['set-cookie']);
  assert.match(cookie, /; HttpOnly; SameSite=Strict; Path=\/$/);
  assert.doesNotMatch(cookie, /Expires|Max-Age/i, 'nothing is stored');
  assert.equal(first.headers['clear-site-data'], '"cache", "storage"', 'what the port had before is not run');
  const again = await ask(server.port, { path: pathOf(server.address) });
  assert.equal(again.status, 403);
  assert.equal(again.headers['set-cookie'], undefined);
  assert.equal(next.length, 1);
  assert.equal((await ask(server.port, { path: pathOf(String(next[0])) })).status, 200);
});

test('only a browser that this very server has let in keeps what it has', async (t) => {
  const api = await startApiServer(t);
  const { server, next } = await openConsole(t, signerOf(api.url));
  const { cookie } = sessionOf(await ask(server.port, { path: pathOf(server.address) }));
  const open = async (given: string): Promise<string | undefined> => {
    const { status, headers } = await ask(server.port, {
      path: pathOf(String(next.at(-1))),
      headers: { cookie: given },
    });
    assert.equal(status, 200);
    return headers['clear-site-data']?.toString();
  };
  assert.equal(await open(cookie), undefined);
  const name = `holdfast-console-${server.port}`;
  for (const given of ['', `${name}=`, `${name}=guessed`, cookie.replace(name, 'holdfast-console-1')])
    assert.equal(await open(given), '"cache", "storage"', given);
});

test('the cookie alone, which a server on another port is sent too, opens nothing of the API', async (t) => {
  const api = await startApiServer(t);
  const { server } = await openConsole(t, signerOf(api.url));
  const { cookie, [KEY_HEADER]: key } = sessionOf(await ask(server.port, { path: pathOf(server.address) }));
  const path = '/api/hypervisor';
  const own = { origin: `http://127.0.0.1:${server.port}`, 'sec-fetch-site': 'same-origin' };
  const keys = [{}, { [KEY_HEADER]: '' }, { [KEY_HEADER]: 'guessed' }, { [KEY_HEADER]: cookie.split('=')[1] ?? '' }];
  for (const given of keys)
    assert.equal((await ask(server.port, { path, headers: { ...own, cookie, ...given } })).status, 401);
  assert.equal((await ask(server.port, { path, headers: { ...own, [KEY_HEADER]: key } })).status, 401, 'nor the key');
  assert.deepEqual(api.seen, []);
  const both = await ask(server.port, { path, headers: { ...own, cookie, [KEY_HEADER]: key } });
  assert.equal(both.status, 200);
});

test('a key of another form is refused, and nothing is sent without it', async (t) => {
  const api = await startApiServer(t);
  const { asPage } = await openConsole(t, signerOf(api.url));
  for (const key of ['a b', 'ä', '', 'x'.repeat(129)]) {
    const backup = { method: 'POST', path: '/api/backups', body: '{}' };
    const said = await asPage({ ...backup, headers: { 'content-type': 'application/json', 'idempotency-key': key } });
    assert.equal(said.status, 400, key);
    assert.match(said.text, /Idempotency-Key/);
  }
  assert.deepEqual(api.seen, []);
});

test('only our own names are answered, or a name that resolves to loopback would read everything', async (t) => {
  const api = await startApiServer(t);
  const { server, asPage } = await openConsole(t, signerOf(api.url));
  for (const host of [
    'evil.example',
    `evil.example:${server.port}`,
    '127.0.0.1',
    `[::1]:${server.port}`,
    '127.0.0.1:1',
  ]) {
    const said = await asPage({ path: '/api/hypervisor', headers: { host, origin: `http://${host}` } });
    assert.equal(said.status, 403, host);
  }
  const token = await ask(server.port, { path: pathOf(server.address), headers: { host: 'evil.example' } });
  assert.equal(token.status, 403);
  const named = `localhost:${server.port}`;
  assert.equal((await asPage({ path: '/jobs', headers: { host: named, origin: `http://${named}` } })).status, 200);
  assert.deepEqual(api.seen, []);
});

test('what other pages send is refused, even with the cookie', async (t) => {
  const api = await startApiServer(t);
  const { server, asPage } = await openConsole(t, signerOf(api.url));
  const backup = { method: 'POST', path: '/api/backups', body: '{}' };
  const foreign = ['https://evil.example', 'null', 'http://127.0.0.1:1', `https://127.0.0.1:${server.port}`];
  for (const origin of foreign) {
    assert.equal((await asPage({ ...backup, headers: { origin } })).status, 403, origin);
    assert.equal((await asPage({ path: '/api/hypervisor', headers: { origin } })).status, 403, origin);
  }
  for (const site of ['cross-site', 'same-site']) {
    assert.equal((await asPage({ path: '/api/hypervisor', headers: { 'sec-fetch-site': site } })).status, 403, site);
    assert.equal(
      (await asPage({ path: '/jobs', headers: { 'sec-fetch-site': site } })).status,
      200,
      'a link is no harm',
    );
  }
  // a browser always says where what changes something comes from
  const cookie = String((await ask(server.port, { path: pathOf(server.address) })).headers['set-cookie']);
  assert.equal((await ask(server.port, { ...backup, headers: { cookie } })).status, 403);
  assert.deepEqual(api.seen, []);
});

test('no path leads anywhere but to routes of the API and files of the page', async (t) => {
  const api = await startApiServer(t);
  const { asPage } = await openConsole(t, signerOf(api.url));
  const tricks = [
    ...['/api//hypervisor', '/api/../secret.txt', '/api/./hypervisor', '/api/jobs/..', '/api/jobs/../hypervisor'],
    ...['/api/%2e%2e/hypervisor', '/api/jobs%2fjob-1', '/api/jobs/a%5c..', '/api\\hypervisor', '/api/@evil.example/'],
    ...['http://evil.example/api/hypervisor', '//evil.example/api/hypervisor', '/api/http://evil.example/'],
    ...['/api', '/api/', '/api/hypervisor/', '/api/nothing', '/api/jobs/a/b/c', '/api/_local/volumes'],
    ...['/../secret.txt', '/assets/../../secret.txt', '/%2e%2e/secret.txt', '/secret.txt', '/assets/none.js'],
  ];
  for (const path of tricks) {
    const said = await asPage({ path });
    assert.ok([400, 404].includes(said.status), `${path} is answered ${said.status}`);
    assert.doesNotMatch(said.text, /not of the page/);
  }
  for (const method of ['PATCH', 'OPTIONS', 'HEAD', 'PROPFIND', 'TRACE'])
    assert.ok((await asPage({ method, path: '/api/hypervisor' })).status >= 400, method);
  assert.equal((await asPage({ method: 'POST', path: '/jobs' })).status, 405);
  assert.deepEqual(api.seen, []);
});

test('every answer says that it is not framed, sniffed, kept or told to others', async (t) => {
  const api = await startApiServer(t);
  const { asPage } = await openConsole(t, signerOf(api.url));
  for (const path of ['/jobs', '/api/hypervisor', '/assets/main-1.js', '/nothing.js']) {
    const { headers } = await asPage({ path });
    const policy = String(headers['content-security-policy']);
    for (const rule of ["default-src 'none'", "script-src 'self';", "frame-ancestors 'none'", "base-uri 'none'"])
      assert.ok(policy.includes(rule), `${path}: ${rule}`);
    assert.doesNotMatch(policy, /unsafe|https?:|\*/);
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.equal(headers['referrer-policy'], 'no-referrer');
    assert.equal(headers['access-control-allow-origin'], undefined);
    if (!path.startsWith('/assets/')) assert.equal(headers['cache-control'], 'no-store', path);
  }
});

test('a route is a route by itself too, whatever was looked at before', () => {
  assert.ok(isRoute('GET', '/jobs/job-00000001') && isRoute('GET', '/openapi.json'));
  for (const id of ['..', '.', '', '%2e%2e', 'a@b', 'a\\b', 'a b', 'a?b', 'a%2fb', '.hidden'])
    assert.equal(isRoute('GET', `/jobs/${id}`), false, id);
  assert.equal(isRoute('GET', 'jobs'), false);
  assert.equal(isRoute('DELETE', '/jobs'), false);
});
