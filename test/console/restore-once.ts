/** What the restore wizard does so that nobody starts a second restore, or the wrong one, by accident. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { FIRST } from '../../console/addresses.ts';
import { tenantRoutes } from '../../core/contracts/api.ts';
import { type Tenant, waitForJob } from '../stories/world.ts';
import { checkAccess } from './browser.ts';

export const startButton = (page: Page) => page.getByRole('button', { name: 'Start the restore' });
export const isOff = async (page: Page): Promise<boolean> =>
  (await startButton(page).getAttribute('aria-disabled')) === 'true';
export const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const START = '**/api/restores';
const JOB = '**/api/jobs/*';

/**
 * From the dry run of a restore named `name`: its answer is lost, nobody forgets it, and it is started once. It may
 * be over by then, so the page hears of jobs how this one stood then, until `openAgain`.
 */
export const loseAnswer = async (page: Page, tenant: Tenant, name: string): Promise<void> => {
  await page.route(START, async (route) => {
    await route.fetch();
    const [{ jobId = '' } = {}] = (await tenant.api.call(tenantRoutes.listJobs, { query: { type: 'restore' } })).items;
    const stood = await tenant.api.call(tenantRoutes.getJob, { params: { jobId } });
    await page.route(JOB, (job) => job.fulfill({ json: stood }));
    await route.abort();
  });
  await startButton(page).click();
  const unknown = page.getByText('Whether it was started is not known. Start it again: it is started once only.');
  await unknown.waitFor();
  assert.equal(await page.evaluate('scrollY'), 0, 'it is said where it is seen');
  await checkAccess(page, 'a lost answer');
  await page.unroute(START);

  await button(page, 'Cancel').click();
  await page.getByText('Whether it was started is not known. If it was, it is among the jobs').waitFor();
  await button(page, 'Stay here').click();

  // neither a step, nor another choice, nor a reload makes it known
  await button(page, 'Previous').click();
  await unknown.waitFor();
  await button(page, 'Previous').click();
  await page.getByLabel('Name').fill('another one');
  const another = page.getByText(/It is not known whether a restore with other choices was started at/);
  await another.waitFor();
  await page.waitForURL((url) => url.searchParams.get('name') === 'another one');
  await page.reload();
  await another.waitFor();
  await page.getByRole('button', { name: 'Skip to: Dry run, and start' }).click();
  await page.getByText('The instance "another one"').waitFor();
  assert.ok(await isOff(page), 'no second one while the first may run');
  await checkAccess(page, 'another one while the fate of the first is not known');
  await button(page, 'Back to its choices').click();
  await page.getByText(`The instance "${name}"`).waitFor();
  await startButton(page).click();
  await page.getByText('You have asked for it 2 times: it was started once').waitFor();
};

/** From the job that was just started: its choices, opened again, lead to no second one. */
export const openAgain = async (page: Page): Promise<void> => {
  await page.unroute(JOB);
  const { href } = new URL(page.url());
  await page.goto(href.replace(/&job=[^&]*/, ''));
  await page.getByText(/You have started this very restore already/).waitFor();
  await page.getByText('This restore can be started').waitFor();
  assert.ok(await isOff(page), 'it was started before');
  await checkAccess(page, 'started before');
  await page.goto(href);
};

/** From a start button that can be pressed: left while the start is under way, nobody is pulled back. */
export const leaveWhileStarting = async (page: Page): Promise<void> => {
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  await page.route(START, async (route) => {
    await released;
    await route.continue();
  });
  await startButton(page).click();
  await button(page, 'Cancel').click();
  await page.getByText('The restore is being started, and goes on if you leave').waitFor();
  await checkAccess(page, 'leaving while it is started');
  await button(page, 'Leave').click();
  await page.waitForURL((url) => url.pathname === FIRST.tenant);
  release();
  // it was answered: whoever would be pulled back is by now
  const isAnswered = "Object.values(sessionStorage).some((kept) => kept.includes('jobId'))";
  for (let left = 300; !(await page.evaluate(isAnswered)); left -= 1) {
    assert.ok(left > 0, 'no answer');
    await sleep(100);
  }
  assert.equal(new URL(page.url()).pathname, FIRST.tenant);
  await page.unroute(START);
};

/** In the dry run of a restore in place: what was typed confirmed this, and nothing that was chosen since. */
export const confirmAnew = async (page: Page, instanceId: string): Promise<void> => {
  const confirmation = page.getByLabel(`To replace the volumes of ${instanceId}, type its id`);
  await confirmation.fill(instanceId);
  assert.ok(!(await isOff(page)));
  await button(page, 'Restore them').click();
  await page.getByText('2 volume tags will be left out (rule O9).').waitFor({ state: 'detached' });
  await confirmation.waitFor();
  assert.equal(await confirmation.inputValue(), '');
  assert.ok(await isOff(page), 'the tags are another choice');
  await confirmation.fill(instanceId);
  await button(page, 'Previous').click();
  await button(page, 'Next').click();
  await confirmation.waitFor();
  assert.equal(await confirmation.inputValue(), '');
};

/** From a point of acme (`address`) to globex: what was chosen for one tenant is not chosen for the next. */
export const changeTenant = async (page: Page, address: string, globexId: string): Promise<void> => {
  await page.goto(`${address}&kind=in-place&replaced=remove`);
  await page.getByRole('radio', { name: /^Choose rp-/, checked: true }).waitFor();
  await page.getByRole('button', { name: /Tenant/ }).click();
  await page.getByRole('option', { name: /globex/ }).click();
  await page.waitForURL((url) => url.search === `?tenant=${globexId}`);
  await page.getByRole('radio', { name: /^Choose rp-/, checked: false }).check();
  await button(page, 'Next').click();
  await page.getByRole('radio', { name: /A new instance/, checked: true }).waitFor();
  await page.getByText(/ of globex, as it was at /).waitFor();
};

/** A restore in place that was cancelled is tried again by its page: not by one click. Until it has ended. */
export const tryAgain = async (page: Page, origin: string, tenant: Tenant, restore: RestoredPoint): Promise<void> => {
  const { recoveryPointId, instanceId } = restore;
  const body = { recoveryPointId, target: { kind: 'in-place', overwrite: true } } as const;
  const { jobId } = await tenant.api.call(tenantRoutes.startRestore, { body });
  await tenant.api.call(tenantRoutes.cancelJob, { params: { jobId } });
  assert.equal((await waitForJob(tenant, jobId)).state, 'cancelled');
  await page.goto(`${origin}/jobs/${jobId}`);
  await button(page, 'Try again').click();
  const typed = page.getByLabel(`To replace the volumes of ${instanceId}, type its id`);
  await typed.waitFor();
  await page.getByText(/They become those of .* as it was at \d{4}-/).waitFor();
  const again = page.getByRole('dialog').getByRole('button', { name: 'Try again' });
  assert.ok(await again.isDisabled(), 'not without the id');
  await typed.fill(instanceId.slice(0, -1));
  assert.ok(await again.isDisabled(), 'not with a part of it');
  await checkAccess(page, 'try a restore in place again?');
  await button(page, 'Leave it').first().click();
  await typed.waitFor({ state: 'detached' });
  await button(page, 'Try again').click();
  assert.equal(await typed.inputValue(), '', 'asked anew');
  await typed.fill(instanceId);
  const taken = page.waitForResponse('**/retry');
  await again.click();
  await (await taken).finished();
  const job = await waitForJob(tenant, jobId, ({ state, attempt }) => attempt === 2 && state === 'completed');
  assert.equal(job.attempt, 2);
};
interface RestoredPoint {
  readonly recoveryPointId: string;
  readonly instanceId: string;
}
