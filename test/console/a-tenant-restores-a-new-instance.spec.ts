import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FIRST } from '../../console/addresses.ts';
import { describeInstance } from '../stories/tenant-days.ts';
import { checkAccess, chooseFromMenu, type Visit } from './browser.ts';
import { loseAnswer, openAgain } from './restore-once.ts';
import {
  assertSame,
  next,
  onStep,
  openWizard,
  type Restores,
  screenshot,
  somethingToRestore,
  stepOf,
} from './restore-wizard.ts';

test('a new instance beside the old one has the same bytes', async (t) => {
  const { world, visited } = await openWizard(t);
  const { page } = visited;
  await chooseFromMenu(page, 'Restore');
  await page.getByText('No recovery points').waitFor();
  await checkAccess(page, 'nothing to restore');
  await aNewInstance(visited, await somethingToRestore(world));
});

const aNewInstance = async ({ page, origin }: Visit, restores: Restores): Promise<void> => {
  const { instance, pointId, world } = restores;
  const [acme] = world.tenants;
  await page.goto(`${origin}/restore`);
  await page.getByRole('row', { name: new RegExp(instance.instanceId) }).waitFor();
  await next(page);
  await page.getByText('Choose a recovery point.').waitFor();
  await page.getByRole('radio', { name: `Choose ${pointId}` }).check();
  await checkAccess(page, 'the points');
  await screenshot(page, 'restore-point');
  await next(page);

  await onStep(page, 'What is restored');
  await page.getByText('All of it: 2 volumes, 3 GiB.').waitFor();
  await checkAccess(page, 'what');
  await screenshot(page, 'restore-what');
  await page.getByRole('radio', { name: /Volumes by themselves/ }).check();
  await page.getByRole('checkbox', { name: 'Choose all volumes' }).uncheck();
  await next(page);
  await page.getByText('Choose at least one volume.').waitFor();
  assert.equal(stepOf(page), 'what');
  await checkAccess(page, 'no volume');
  await page.getByRole('radio', { name: /A new instance/ }).check();
  await next(page);

  await onStep(page, 'Where it goes');
  await page.getByLabel('Name').fill('back at three');
  await page.getByLabel('Subnet').fill('subnet-nowhere');
  await next(page);
  await page.getByText('must be a subnet id, like subnet-0123456789abcdef0').waitFor();
  await checkAccess(page, 'a wrong subnet');
  await screenshot(page, 'restore-where');
  await page.getByLabel('Subnet').fill('');

  // left half-way: the address has the choices
  await page.waitForURL((url) => url.searchParams.get('name') === 'back at three' && !url.searchParams.has('subnet'));
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByText('Leave this restore?').waitFor();
  await checkAccess(page, 'leaving');
  await page.getByRole('button', { name: 'Leave', exact: true }).click();
  await page.waitForURL((url) => url.pathname === FIRST.tenant);
  await page.goBack();
  await page.reload();
  assert.equal(await page.getByLabel('Name').inputValue(), 'back at three');

  await next(page);
  await onStep(page, 'Options');
  await checkAccess(page, 'options');
  await screenshot(page, 'restore-options');
  await next(page);

  await page.getByText('This restore can be started').waitFor();
  await page.getByText('The instance "back at three"').waitFor();
  await page.getByText('2 volume tags will be left out (rule O9).').waitFor();
  await page.getByRole('button', { name: 'Rules that were asked' }).click();
  await checkAccess(page, 'the dry run');
  await screenshot(page, 'restore-dry-run');

  // started once, which the next visit counts
  await loseAnswer(page, acme, 'back at three');
  await page.getByText('The restore is under way').waitFor();
  await page.getByText('You may leave this page').waitFor();
  await checkAccess(page, 'a restore that runs');
  await page.getByText(/^Started at .* ago/).waitFor();
  await openAgain(page);
  await page.getByText('Restored as a new instance').waitFor({ timeout: 120_000 });
  await page.getByText('2 tags of volumes (rule O9).').waitFor();
  const copy = page.getByRole('button', { name: /^Copy i-/ });
  const restoredId = String(await copy.getAttribute('aria-label')).replace('Copy ', '');
  assert.notEqual(restoredId, instance.instanceId);
  const made = await describeInstance(acme, restoredId);
  assert.equal(made.State?.Name, 'running');
  assert.ok(made.Tags?.some(({ Key, Value }) => Key === 'Name' && Value === 'back at three'));
  await assertSame(restores, restoredId);
  await checkAccess(page, 'restored');
  await screenshot(page, 'restore-done');
  await page.getByRole('link', { name: 'Open the job' }).click();
  await page.waitForURL(/\/jobs\/job-/);
};
