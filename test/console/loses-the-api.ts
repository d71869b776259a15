/** Every page of somebody: without the API, with it, while it is lost, and at addresses that name nothing. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Locator, Page, Request } from 'playwright-core';
import type { Credentials } from '../../cli/signed-request.ts';
import type { Who } from '../../console/ask-who.ts';
import { approverCredentials } from '../../dev/approver-credentials.ts';
import { openWorld, type World } from '../stories/world.ts';
import { checkAccess, type Visit, visit } from './browser.ts';
import { type EveryPage, makeThings, pagesOf, type Things } from './every-page.ts';
import { type Relay, relayTo } from './relay.ts';

const NOWHERE = '/nowhere';
/** What has been asked and is not shown is kept for five minutes. */
const FORGOTTEN = '06:00';
/** Longer than any page lets pass until it asks again by itself. */
const ASKED_AGAIN = '11:00';

interface Looking extends Visit, Pick<Relay, 'cut' | 'mend'> {
  /** Answers that did not come since this was asked last. */
  unanswered(): number;
  /** Requests that are under way. */
  open(): number;
  /** For whoever wonders why it waits. */
  requests(): string;
}

/** What the first script asks early is what the first page asks, to the letter. */
const asksNothingTwice = async ({ page, origin }: Visit): Promise<void> => {
  const asked: string[] = [];
  const note = (request: Request): void => {
    if (request.url().includes('/api/')) asked.push(request.url().slice(origin.length));
  };
  // the page before it may not have asked all of its own yet
  await page.goto('about:blank');
  page.on('request', note);
  await page.goto(origin);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await spinner(page).first().waitFor({ state: 'detached' });
  page.off('request', note);
  assert.deepEqual(asked.toSorted(), [...new Set(asked)].toSorted());
};

const looks = async (t: TestContext, { local }: World, user: Credentials): Promise<Looking> => {
  const relay = await relayTo(t, local.apiUrl);
  const visited = await visit(t, { apiUrl: relay.url, region: local.place.region, user });
  await asksNothingTwice(visited);
  await visited.page.clock.install();
  // a timer of before is not the clock's: nobody could stop it, and the overview would be asked for on every page
  await visited.page.goto(visited.origin);
  await visited.page.getByRole('heading', { level: 1 }).waitFor();
  let count = 0;
  const lost: string[] = [];
  const open = new Set<Request>();
  visited.page.on('request', (request) => open.add(request));
  visited.page.on('requestfinished', (request) => void open.delete(request));
  visited.page.on('requestfailed', (request) => void open.delete(request));
  visited.page.on('response', (response) => {
    if (response.status() !== 502) return;
    count++;
    lost.push(response.url());
  });
  const unanswered = (): number => {
    const before = count;
    count = 0;
    if (before === 0) lost.length = 0;
    return before;
  };
  const requests = (): string => {
    const urls = [...open].map((request) => request.url());
    return `open: ${urls.join(' ') || 'none'}; unanswered last: ${lost.slice(-5).join(' ') || 'none'}`;
  };
  return { ...visited, ...relay, unanswered, requests, open: () => open.size };
};

/** Within the page: a link that is followed does the same. */
const follow = (page: Page, path: string): Promise<void> =>
  page.evaluate(`history.pushState({}, '', ${JSON.stringify(path)}); dispatchEvent(new PopStateEvent('popstate'))`);

/** Lets the page's time pass quickly until it is so; not while it waits for an answer, which takes the time that it takes. */
const soon = async ({ page, open, requests }: Looking, what: string, isSo: () => Promise<boolean>): Promise<void> => {
  const deadline = Date.now() + 60_000;
  while (!(await isSo())) {
    if (Date.now() > deadline)
      assert.fail(
        `${new URL(page.url()).pathname}: ${what}; ${requests()}; it shows: ${await main(page).textContent()}`,
      );
    if (open() === 0) await page.clock.fastForward(1_000);
    await sleep(25);
  }
};

const main = (page: Page): Locator => page.locator('#page');
const isThere = async (locator: Locator): Promise<boolean> => (await locator.count()) > 0;
const lost = (page: Page): Locator => main(page).getByText('No answer from the API');
/** Of Cloudscape's spinner, wherever something is waited for. */
const spinner = (page: Page): Locator => main(page).locator('[class*="awsui_rotator"]');
const isWhole = async (page: Page, shown: string): Promise<boolean> =>
  (await isThere(main(page).locator('main').getByText(shown))) &&
  !(await isThere(spinner(page))) &&
  !(await isThere(lost(page)));

/** Before it knows anything, and with all it shows. */
const losesTheApi = async (looking: Looking, { path, addressOf, shows }: EveryPage, things: Things): Promise<void> => {
  const { page, cut, mend, unanswered } = looking;
  await follow(page, NOWHERE);
  await page.getByText('There is nothing here').waitFor();
  await page.clock.fastForward(FORGOTTEN);
  await soon(looking, 'all is answered', async () => looking.open() === 0);
  cut();
  unanswered();
  await follow(page, addressOf(things));
  await page.getByText('There is nothing here').waitFor({ state: 'detached' });
  await soon(looking, 'nothing is waited for', async () => !(await isThere(spinner(page))));
  if (unanswered() > 0) await soon(looking, 'it says that the API is lost', () => isThere(lost(page)));
  await checkAccess(page, `${path}, without an answer`, ['light']);

  mend();
  await soon(looking, 'it recovers by itself', () => isWhole(page, shows(things)));
  assert.ok(await isThere(page.getByRole('heading', { level: 1 })), `${path} has a heading`);
  await checkAccess(page, path, ['dark']);

  // nothing of before is mistaken for what comes now
  await soon(looking, 'all is answered', async () => looking.open() === 0);
  cut();
  unanswered();
  await page.clock.fastForward(ASKED_AGAIN);
  await sleep(100);
  await soon(looking, 'nothing is answered', async () => looking.open() === 0);
  if (unanswered() > 0) {
    await soon(looking, 'it says that the API is lost', () => isThere(lost(page)));
    assert.ok(await isThere(main(page).locator('main').getByText(shows(things))), `${path}: what was known stays`);
  }
  mend();
  await soon(looking, 'it recovers by itself again', () => isWhole(page, shows(things)));
};

const UNKNOWN = /(?<=-)[0-9a-f]{8,}$/;
const unknown = (id: string): string => id.replace(UNKNOWN, (digits) => '0'.repeat(digits.length));

/** One of the address's parameters is another's, or nobody's, or no id at all. */
const wrongAddresses = (
  kind: Who['kind'],
  { parameters, addressOf }: EveryPage,
  own: Things,
  foreign: Things,
): readonly string[] =>
  parameters.flatMap((name) => {
    const wrong = [unknown(own[name]), 'nonsense'];
    // another hypervisor is no foreign one to an operator, and no approval is to an approver
    if (name !== 'tenant' && name !== 'hypervisorId' && kind !== 'approver') wrong.push(foreign[name]);
    return wrong.map((id) => addressOf({ ...own, [name]: id }));
  });

const isNotFound = async (looking: Looking, address: string, foreign: Things): Promise<void> => {
  const { page } = looking;
  await follow(page, address);
  await soon(
    looking,
    `${address} is not found`,
    async () =>
      (await isThere(page.getByText('There is nothing here'))) ||
      (await isThere(page.getByText('The chosen recovery point is not there'))),
  );
  assert.ok(
    !String(await main(page).textContent()).includes(foreign.instanceId),
    `${address} shows nothing of another tenant`,
  );
};

/** Of one kind of person, who has a world of their own. */
export const everyPage = async (t: TestContext, kind: Who['kind']): Promise<void> => {
  const world = await openWorld(t);
  const { accounts } = world.local;
  const [acme, globex] = world.tenants;
  const [own, foreign] = [await makeThings(world, acme, 1), await makeThings(world, globex, 2)];
  const users = { operator: accounts.operator, tenant: acme.user, approver: await approverCredentials(world.local)() };
  const looking = await looks(t, world, users[kind]);
  for (const each of pagesOf(kind)) {
    const begun = Date.now();
    await losesTheApi(looking, each, own);
    t.diagnostic(`${each.path} ${Date.now() - begun} ms`);
  }
  for (const each of pagesOf(kind))
    for (const address of wrongAddresses(kind, each, own, foreign)) {
      await follow(looking.page, NOWHERE);
      await isNotFound(looking, address, foreign);
    }
};
