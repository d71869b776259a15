import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { AxeBuilder } from '@axe-core/playwright';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { startConsole } from '../../cli/console-server.ts';
import type { Credentials } from '../../cli/signed-request.ts';
import { consolePageDir } from '../../dev/build-console.ts';
import { findChromium } from '../../dev/chromium.ts';
import { projectDir } from '../../dev/local-holdfast.ts';

export interface Visit {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Where the console is, without a path. */
  readonly origin: string;
}

interface Visitor {
  readonly apiUrl: string;
  readonly region: string;
  readonly user: Credentials;
}

/** A console of this user in a browser of its own, let in by the printed address; all closed with the test. */
export const visit = async (t: TestContext, { apiUrl, region, user }: Visitor): Promise<Visit> => {
  const server = await startConsole({
    url: new URL(apiUrl),
    region,
    credentials: async () => user,
    pageDir: consolePageDir,
    port: 0,
  });
  t.after(() => server.stop());
  // in a container Chromium's own sandbox cannot be set up; it is shown our page alone
  const browser = await chromium.launch({ executablePath: findChromium(), args: ['--no-sandbox'] });
  t.after(() => browser.close());
  const context = await browser.newContext({
    viewport: { width: 1360, height: 900 },
    colorScheme: 'light',
    // colours that change gradually have no contrast half-way
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  page.on('pageerror', (error) => assert.fail(error));
  page.on('console', (message) => {
    assert.doesNotMatch(message.text(), /Content.Security.Policy/i, 'the page keeps to its policy');
  });
  await page.goto(server.address);
  await page.getByRole('heading', { level: 1 }).waitFor();
  return { page, context, origin: `http://127.0.0.1:${server.port}` };
};

/** By the menu: until the page is there, the one before it is still shown. */
export const chooseFromMenu = async (page: Page, name: string): Promise<void> => {
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name, exact: true }).click();
  await page.getByRole('heading', { level: 1, name }).waitFor();
};

/** Nothing that keeps anybody out: axe's findings of `serious` and `critical`, in each of these modes. */
export const checkAccess = async (
  page: Page,
  name: string,
  schemes: readonly ('light' | 'dark')[] = ['dark', 'light'],
): Promise<void> => {
  for (const colorScheme of schemes) {
    await page.emulateMedia({ colorScheme });
    await page.locator(colorScheme === 'dark' ? 'body.awsui-dark-mode' : 'body:not(.awsui-dark-mode)').waitFor();
    const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
    const found = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
    assert.deepEqual(
      found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`),
      [],
      `${name}, ${colorScheme}`,
    );
  }
};

/** With SCREENSHOTS=1: renews docs/console/<name>.png, of all that there is to scroll to. */
export const screenshot = async (page: Page, name: string, scheme: 'light' | 'dark' = 'light'): Promise<void> => {
  if (!process.env.SCREENSHOTS) return;
  const dir = join(projectDir, 'docs/console');
  mkdirSync(dir, { recursive: true });
  await page.emulateMedia({ colorScheme: scheme });
  // what stays beside the page as it is scrolled is shown from the top
  await page.evaluate('scrollTo(0, 0)');
  await page.screenshot({ path: join(dir, `${name}.png`), fullPage: true, animations: 'disabled' });
  await page.emulateMedia({ colorScheme: 'light' });
};
