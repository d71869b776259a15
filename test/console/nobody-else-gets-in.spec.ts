import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { chromium } from 'playwright-core';
import { startConsole } from '../../cli/console-server.ts';
import { consolePageDir } from '../../dev/build-console.ts';
import { findChromium } from '../../dev/chromium.ts';
import { BOLT } from '../api/world-records.ts';
import { startApiServer } from '../cli/api-server.ts';
import { ask } from './ask.ts';
import { signerOf } from './open-console.ts';

/** Another server of this machine, and the cookies that browsers have sent it. */
const otherServer = async (t: TestContext, page: () => string) => {
  const cookies: string[] = [];
  const server = createServer(({ headers }, response) => {
    if (headers.cookie) cookies.push(headers.cookie);
    response.setHeader('content-type', 'text/html').end(page());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, cookies };
};

test('a session is of one browser, and of no other server that it is led to; a link from elsewhere finds it', async (t) => {
  const api = await startApiServer(t);
  const server = await startConsole({ ...signerOf(api.url), pageDir: consolePageDir, port: 0 });
  t.after(() => server.stop());
  const browser = await chromium.launch({ executablePath: findChromium(), args: ['--no-sandbox'] });
  t.after(() => browser.close());
  const context = await browser.newContext();
  const page = await context.newPage();
  const asked = (): number => api.seen.length;
  await page.goto(server.address);
  await page.waitForURL(({ search, hash }) => !search.includes('token') && !hash.includes('session'));
  for (let tries = 0; tries < 50 && asked() === 0; tries++) await page.waitForTimeout(100);
  assert.ok(asked() > 0, 'the page asks the API who looks');

  // it reloads itself, so that a SameSite=Strict cookie comes along
  const thief = await otherServer(
    t,
    () => '<script>if (!location.hash) { location.hash = "x"; location.reload() }</script>',
  );
  const lured = await context.newPage();
  await lured.goto(`http://127.0.0.1:${thief.port}/`);
  await lured.waitForURL(/#x$/);
  for (let tries = 0; tries < 50 && thief.cookies.length === 0; tries++) await lured.waitForTimeout(100);
  const cookie = thief.cookies.at(-1) ?? '';
  assert.match(cookie, /holdfast-console-/, 'a browser does send it: it must not be enough');
  const own = { origin: `http://127.0.0.1:${server.port}`, 'sec-fetch-site': 'same-origin' };
  assert.equal((await ask(server.port, { path: '/api/hypervisor', headers: { ...own, cookie } })).status, 401);
  assert.equal(await lured.evaluate('localStorage.length'), 0, 'and what the page keeps is not theirs');

  const mail = await otherServer(t, () => `<a href="http://127.0.0.1:${server.port}/jobs?tenant=hv-1">the job</a>`);
  await lured.goto(`http://localhost:${mail.port}/`);
  await lured.getByRole('link').click();
  await lured.waitForSelector('#page');
  assert.match(lured.url(), /\/jobs\?tenant=hv-1$/);
  const stranger = await (await browser.newContext()).newPage();
  await stranger.goto(`http://localhost:${mail.port}/`);
  await stranger.getByRole('link').click();
  await stranger.getByText('This is the Holdfast console of somebody').waitFor();
});

test('a tab keeps what it knows while another one is opened, until somebody else has the port', async (t) => {
  const api = await startApiServer(t);
  const next: string[] = [];
  const onOpened = (address: string) => void next.push(address);
  const first = await startConsole({ ...signerOf(api.url), pageDir: consolePageDir, port: 0, onOpened });
  let isOpen = true;
  t.after(() => (isOpen ? first.stop() : undefined));
  const browser = await chromium.launch({ executablePath: findChromium(), args: ['--no-sandbox'] });
  t.after(() => browser.close());
  const context = await browser.newContext();
  const open = async (address: string) => {
    const tab = await context.newPage();
    await tab.goto(address);
    await tab.waitForURL(({ search, hash }) => !search.includes('token') && !hash.includes('session'));
    return tab;
  };
  const kept = 'sessionStorage.getItem("holdfast-restore-hv-1")';
  const tab = await open(first.address);
  await tab.evaluate('sessionStorage.setItem("holdfast-restore-hv-1", "sent")');
  const second = await open(next.at(-1) ?? '');
  assert.equal(await tab.evaluate(kept), 'sent');
  await tab.reload();
  assert.equal(await tab.evaluate(kept), 'sent');
  assert.equal(await second.evaluate(kept), null, 'each tab its own');

  await first.stop();
  isOpen = false;
  const other = await startConsole({ ...signerOf(api.url, BOLT), pageDir: consolePageDir, port: first.port });
  t.after(() => other.stop());
  await open(other.address);
  assert.equal(await tab.evaluate(kept), null, 'what another session has left is cleared');
});
