/**
 * `npm run bench:console`: from the navigation to the first page with its data, in a browser that has nothing of it yet.
 * A report, not a test: how long it takes is the machine's, too.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Browser, chromium } from 'playwright-core';
import { startConsole } from '../../cli/console-server.ts';
import type { Credentials } from '../../cli/signed-request.ts';
import { consolePageDir } from '../../dev/build-console.ts';
import { findChromium } from '../../dev/chromium.ts';
import { openWorld, startBackup, type World, waitForJob } from '../stories/world.ts';

const NOWHERE = 'i-0123456789abcdef0';
/** Of the first page: a row that leads on. */
const DATA = 'tbody tr a';

const ROUNDS = Number(process.env.HOLDFAST_BENCH_ROUNDS ?? 7);

interface Visit {
  /** ms since the navigation began. */
  readonly painted: number;
  readonly shown: number;
  /** Processor time of the page's main thread, ms: the same on a busy machine and an idle one. */
  readonly busy: number;
  readonly bytes: number;
  readonly requests: readonly string[];
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

/** In the page: the first moment at which it has a heading, and data. */
const NOTE = `new MutationObserver((_, observer) => {
  if (!document.querySelector('h1') || !document.querySelector('${DATA}')) return;
  observer.disconnect();
  requestAnimationFrame(() => performance.mark('shown'));
}).observe(document, { childList: true, subtree: true })`;

/** In the page: what its own clock says. */
const TOLD = `new Promise((resolve) => requestAnimationFrame(() => {
  const at = (name) => performance.getEntriesByName(name)[0]?.startTime ?? 0;
  const loads = performance.getEntriesByType('resource');
  resolve({
    painted: at('first-contentful-paint'),
    shown: at('shown'),
    bytes: loads.reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0),
    requests: loads.map(
      ({ name, startTime, responseEnd }) =>
        Math.round(startTime) + '–' + Math.round(responseEnd) + ' ' + new URL(name).pathname,
    ),
  });
}))`;

const opened = async (browser: Browser, { local }: World, user: Credentials) => {
  const server = await startConsole({
    url: new URL(local.apiUrl),
    region: local.place.region,
    credentials: async () => user,
    pageDir: consolePageDir,
    port: 0,
  });
  const first = await browser.newContext();
  const page = await first.newPage();
  await page.goto(server.address);
  await page.getByRole('heading', { level: 1 }).waitFor();
  const storageState = await first.storageState();
  await first.close();
  const visit = async (): Promise<Visit> => {
    const context = await browser.newContext({ storageState, viewport: { width: 1360, height: 900 } });
    const fresh = await context.newPage();
    await fresh.addInitScript(NOTE);
    const devtools = await context.newCDPSession(fresh);
    await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
    await fresh.goto(`http://127.0.0.1:${server.port}/`);
    await fresh.locator(DATA).first().waitFor({ timeout: 60_000 });
    const told = await fresh.evaluate<Omit<Visit, 'busy'>>(TOLD);
    const { metrics } = await devtools.send('Performance.getMetrics');
    await context.close();
    const busy = (metrics.find(({ name }) => name === 'ThreadTime')?.value ?? 0) * 1_000;
    return { ...told, busy };
  };
  return { visit, stop: () => server.stop() };
};

test('the first page, with its data', { timeout: 600_000 }, async (t) => {
  const world = await openWorld(t, { nodes: 0 });
  const [acme] = world.tenants;
  // they fail at once, and are as long as any other in the list
  await waitForJob(acme, await startBackup(acme, [NOWHERE]));
  const browser = await chromium.launch({ executablePath: findChromium(), args: ['--no-sandbox'] });
  t.after(() => browser.close());
  const console = await opened(browser, world, acme.user);
  t.after(() => console.stop());
  await console.visit();
  const visits: Visit[] = [];
  for (let round = 0; round < ROUNDS; round++) visits.push(await console.visit());
  const of = (name: 'painted' | 'shown' | 'busy') => Math.round(median(visits.map((visit) => visit[name])));
  const [first] = visits;
  t.diagnostic(`${ROUNDS} rounds: ${visits.map(({ shown }) => Math.round(shown)).join(', ')} ms`);
  t.diagnostic(
    `medians: something painted ${of('painted')} ms, all shown ${of('shown')} ms, processor time of its main thread ${of('busy')} ms`,
  );
  t.diagnostic(`${Math.round((first?.bytes ?? 0) / 1_024)} KiB sent`);
  for (const each of first?.requests ?? []) t.diagnostic(`  ${each}`);
  assert.equal(visits.length, ROUNDS);
});
