/**
 * `npm run bench:console`: from the navigation to the first page with its data, of a tenant and of an operator: in a browser
 * that has nothing of it yet, and in one that has been there. A report, not a test: how long it takes is the machine's, too.
 */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type Browser, type BrowserContext, chromium } from 'playwright-core';
import { startConsole } from '../../cli/console-server.ts';
import type { Credentials } from '../../cli/signed-request.ts';
import { consolePageDir } from '../../dev/build-console.ts';
import { findChromium } from '../../dev/chromium.ts';
import { launchInstance } from '../../dev/demo/tenant-instance.ts';
import { openWorld, type World } from '../stories/world.ts';

const ROUNDS = Number(process.env.HOLDFAST_BENCH_ROUNDS ?? 7);
const INSTANCES = 10;

/** In the page: the data that somebody opens it for is there. */
const DATA = {
  tenant: `document.querySelectorAll('tbody tr a').length >= ${INSTANCES}`,
  operator: `[...document.querySelectorAll('tbody th')].some(({ textContent }) => textContent === 'acme')`,
} as const;
type Kind = keyof typeof DATA;

interface Told {
  /** ms since the navigation began. */
  readonly painted: number;
  readonly shown: number;
  readonly bytes: number;
  readonly requests: readonly string[];
}

interface Visit extends Told {
  /** Processor time of the page's main thread, ms: nearly the same on a busy machine and an idle one. */
  readonly busy: number;
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

/** In the page: notes the first moment at which it has a heading, and data. */
const noteOf = (kind: Kind): string => `new MutationObserver((_, observer) => {
  if (!document.querySelector('h1') || !(${DATA[kind]})) return;
  observer.disconnect();
  requestAnimationFrame(() => {
    performance.mark('shown');
    document.documentElement.dataset.shown = '';
  });
}).observe(document, { childList: true, subtree: true })`;

/** In the page: what its own clock says. */
const TOLD = `(() => {
  const at = (name) => performance.getEntriesByName(name)[0]?.startTime ?? 0;
  const shown = at('shown');
  const loads = performance.getEntriesByType('resource').filter(({ startTime }) => startTime < shown);
  return {
    painted: at('first-contentful-paint'),
    shown,
    bytes: loads.reduce((sum, { transferSize }) => sum + transferSize, 0),
    requests: loads.map(
      ({ name, startTime, responseEnd }) =>
        Math.round(startTime) + '–' + Math.round(responseEnd) + ' ' + new URL(name).pathname,
    ),
  };
})()`;

const visitIn = async (context: BrowserContext, kind: Kind, address: string): Promise<Visit> => {
  const page = await context.newPage();
  await page.addInitScript(noteOf(kind));
  const devtools = await context.newCDPSession(page);
  await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
  await page.goto(address);
  await page.locator('html[data-shown]').waitFor({ timeout: 60_000 });
  const { metrics } = await devtools.send('Performance.getMetrics');
  const told = await page.evaluate<Told>(TOLD);
  await page.close();
  return { ...told, busy: (metrics.find(({ name }) => name === 'ThreadTime')?.value ?? 0) * 1_000 };
};

interface Looker {
  readonly kind: Kind;
  readonly user: Credentials;
}

const report = (t: TestContext, what: string, visits: readonly Visit[]): void => {
  const of = (name: 'painted' | 'shown' | 'busy') => Math.round(median(visits.map((visit) => visit[name])));
  const each = visits.map(({ shown }) => Math.round(shown)).toSorted((a, b) => a - b);
  t.diagnostic(
    `${what}: something painted ${of('painted')} ms, data shown ${of('shown')} ms (${each.join(', ')}), processor time of its main thread ${of('busy')} ms`,
  );
  const [first] = visits.toSorted((a, b) => a.shown - b.shown);
  t.diagnostic(`  the quickest: ${Math.round((first?.bytes ?? 0) / 1_024)} KiB sent`);
  for (const request of first?.requests ?? []) t.diagnostic(`    ${request}`);
};

const measure = async (t: TestContext, browser: Browser, { local }: World, { kind, user }: Looker): Promise<void> => {
  const server = await startConsole({
    url: new URL(local.apiUrl),
    region: local.place.region,
    credentials: async () => user,
    pageDir: consolePageDir,
    port: 0,
  });
  t.after(() => server.stop());
  const address = `http://127.0.0.1:${server.port}/`;
  const options = { viewport: { width: 1360, height: 900 } };
  const known = await browser.newContext(options);
  const first = await known.newPage();
  await first.goto(server.address);
  await first.getByRole('heading', { level: 1 }).waitFor();
  await first.close();
  const storageState = await known.storageState();
  const cold = async (): Promise<Visit> => {
    const context = await browser.newContext({ ...options, storageState });
    const visit = await visitIn(context, kind, address);
    await context.close();
    return visit;
  };
  const warm = (): Promise<Visit> => visitIn(known, kind, address);
  for (const [name, visit] of [
    ['nothing kept by the browser', cold],
    ['its files kept by the browser', warm],
  ] as const) {
    await visit();
    const visits: Visit[] = [];
    for (let round = 0; round < ROUNDS; round++) visits.push(await visit());
    report(t, `${kind}, ${name}`, visits);
    assert.ok(visits.every(({ shown, busy }) => shown > 0 && busy > 0));
  }
  await known.close();
};

test('the first page, with its data', { timeout: 600_000 }, async (t) => {
  const world = await openWorld(t, { nodes: 0 });
  const [acme] = world.tenants;
  for (let i = 0; i < INSTANCES; i++) await launchInstance(acme.ec2, `server-${i}`, [1]);
  const browser = await chromium.launch({ executablePath: findChromium(), args: ['--no-sandbox'] });
  t.after(() => browser.close());
  await measure(t, browser, world, { kind: 'tenant', user: acme.user });
  await measure(t, browser, world, { kind: 'operator', user: world.local.accounts.operator });
});
