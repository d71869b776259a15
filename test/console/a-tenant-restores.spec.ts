import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Page } from 'playwright-core';
import { FIRST } from '../../console/addresses.ts';
import { operatorRoutes, tenantRoutes } from '../../core/contracts/api.ts';
import type { TenantInstance } from '../../dev/demo/tenant-instance.ts';
import { describeInstance, idsOf, pointOf, run, volumesOf, write } from '../stories/tenant-days.ts';
import { hashesOf, instanceWithData, openWorld, type World } from '../stories/world.ts';
import { checkAccess, chooseFromMenu, screenshot as pictureOf, type Visit, visit } from './browser.ts';
import {
  changeTenant,
  confirmAnew,
  isOff,
  leaveWhileStarting,
  loseAnswer,
  openAgain,
  startButton,
  tryAgain,
} from './restore-once.ts';

/** From the top: what sticks to the window's edge would be in the middle of the picture. */
const screenshot = async (page: Page, name: string, scheme: 'light' | 'dark' = 'light'): Promise<void> => {
  await page.evaluate('scrollTo(0, 0)');
  await page.mouse.move(0, 0);
  await pictureOf(page, name, scheme);
};

const NOWHERE = 'i-0123456789abcdef0';

interface Restores {
  readonly world: World;
  readonly instance: TenantInstance;
  readonly pointId: string;
  /** Of each volume when the recovery point was taken. */
  readonly truth: ReadonlyMap<string, string>;
}

const next = (page: Page) => page.getByRole('button', { name: 'Next', exact: true }).click();
const stepOf = (page: Page): string | null => new URL(page.url()).searchParams.get('step');
/** The step is there, and Cloudscape has put the focus on its header. */
const onStep = (page: Page, title: string) => page.getByRole('heading', { name: new RegExp(`^${title}`) }).waitFor();

test('an instance is restored by the wizard', async (t) => {
  const world = await openWorld(t);
  const [acme] = world.tenants;
  const { apiUrl, place } = world.local;
  const visited = await visit(t, { apiUrl, region: place.region, user: acme.user });
  const { page } = visited;
  await chooseFromMenu(page, 'Restore');
  await page.getByText('No recovery points').waitFor();
  await checkAccess(page, 'nothing to restore');

  const instance = await instanceWithData(world, acme, [2, 1], { seed: 1 });
  const truth = await hashesOf(world, idsOf(instance));
  const pointId = pointOf(await run(world, acme, 'startBackup', { instanceIds: [instance.instanceId] }));
  const restores: Restores = { world, instance, pointId, truth };
  await t.test('a new instance beside the old one has the same bytes', () => aNewInstance(visited, restores));
  await t.test('in place only after the instance’s id was typed', () => inPlace(visited, restores));
  await t.test('what refuses is said first, at its field, and nothing can be started', () =>
    refusals(visited, restores),
  );
  await t.test('an operator restores for a tenant, and a rule refuses how', (own) => operator(own, restores));
  await t.test('the access was revoked, the point has expired', () => gone(visited, restores));
});

const assertSame = async ({ world, truth, instance }: Restores, instanceId: string): Promise<void> => {
  const [acme] = world.tenants;
  const now = volumesOf(await describeInstance(acme, instanceId)).map(({ volumeId }) => volumeId);
  const hashes = await hashesOf(world, now);
  assert.deepEqual([...hashes.values()].toSorted(), [...truth.values()].toSorted());
  assert.equal(now.length, instance.volumes.length);
};

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

const inPlace = async ({ page, origin }: Visit, restores: Restores): Promise<void> => {
  const { instance, pointId, world } = restores;
  const { instanceId } = instance;
  for (const id of idsOf(instance)) await write(world, id, 77, 90);
  await page.goto(`${origin}/recovery-points/${pointId}/restore`);
  // the address says which
  await page.getByRole('radio', { name: `Choose ${pointId}`, checked: true }).waitFor();
  await next(page);
  await page.getByRole('radio', { name: /The instance itself/ }).check();
  await page.getByText('What is on these volumes now is replaced').waitFor();
  await checkAccess(page, 'in place');
  await page.getByRole('button', { name: 'Skip to: Dry run, and start' }).click();

  const confirmation = page.getByLabel(`To replace the volumes of ${instanceId}, type its id`);
  await confirmation.waitFor();
  for (const id of idsOf(instance)) await page.getByText(`: ${id} is replaced by a new volume of `).waitFor();
  assert.equal(await page.getByText(' is replaced by ').count(), idsOf(instance).length, 'one line a device');
  assert.ok(await isOff(page), 'not without the id');
  await confirmation.fill(NOWHERE);
  await page.getByText(`This is not ${instanceId}: nothing is started.`).waitFor();
  assert.ok(await isOff(page), 'not with another one');
  await startButton(page).click({ force: true });
  await checkAccess(page, 'a wrong confirmation');
  await screenshot(page, 'restore-in-place', 'dark');
  const { items } = await world.tenants[0].api.call(tenantRoutes.listJobs, { query: { type: 'restore' } });
  assert.equal(items.length, 1, 'nothing was started but the restore before');

  await confirmAnew(page, instanceId);
  await confirmation.fill(instanceId);
  await leaveWhileStarting(page);
  const [job] = (await world.tenants[0].api.call(tenantRoutes.listJobs, { query: { type: 'restore' } })).items;
  await page.goto(`${origin}/recovery-points/${pointId}/restore?kind=in-place&job=${job?.jobId}`);
  await page.getByText('Restored in place').waitFor({ timeout: 120_000 });
  await page.getByText(/^Started at .* ago, ended at .* ago$/).waitFor();
  for (const id of idsOf(instance)) await page.getByText(`${id} (`).waitFor();
  await assertSame(restores, instanceId);
  await tryAgain(page, origin, world.tenants[0], { recoveryPointId: pointId, instanceId });
};

const refusals = async ({ page, origin }: Visit, { instance, pointId, world }: Restores): Promise<void> => {
  const address = `${origin}/recovery-points/${pointId}/restore`;
  // the API knows what the page cannot: the instance is not there
  await page.goto(`${address}?kind=attach&into=${NOWHERE}&step=review`);
  await page.getByText('This restore would be refused').waitFor();
  await page.getByText(`There is no instance ${NOWHERE} in this account and region.`).first().waitFor();
  assert.equal(await startButton(page).getAttribute('aria-disabled'), 'true');
  await checkAccess(page, 'refused');
  await screenshot(page, 'restore-refused');

  // a field that is wrong leads to its step, and says so there
  const volume = idsOf(instance)[0];
  await page.goto(`${address}?kind=volumes&volumes=vol-0123456789abcdef0&step=review`);
  await page.getByText('This recovery point has no volume vol-0123456789abcdef0.').waitFor();
  await page.getByRole('button', { name: 'Go to: What is restored' }).click();
  await page.getByText('This recovery point has no volume vol-0123456789abcdef0.').waitFor();
  await page.getByRole('checkbox', { name: `Choose ${volume}` }).check();
  await page.getByText('This recovery point has no volume').waitFor({ state: 'detached' });
  await page.goto(`${address}?from=snapshot&step=review`);
  await page.getByText(/The data of .* is not there as a snapshot/).waitFor();
  await page.getByText('What to do:').waitFor();

  // an address that was written by hand is looked at like everything else
  await page.goto(`${address}?kind=attach&step=review`);
  await page.getByText('Some choices are not complete').waitFor();
  await page.getByRole('button', { name: 'Go to: Where it goes' }).click();
  await page.getByText('must be an EC2 instance id, like i-0123456789abcdef0').waitFor();

  // a link that leads to the wizard leads to a new one
  await page.goto(`${origin}/restore?point=${pointId}&kind=in-place&replaced=remove`);
  await page.getByRole('radio', { name: `Choose ${pointId}`, checked: true }).waitFor();
  await chooseFromMenu(page, 'Restore');
  await page.getByRole('radio', { name: `Choose ${pointId}`, checked: false }).check();
  await next(page);
  await page.getByRole('radio', { name: /A new instance/, checked: true }).waitFor();

  // another tenant’s point
  const [, globex] = world.tenants;
  const foreign = await instanceWithData(world, globex, [1], { seed: 9 });
  const foreignPoint = pointOf(await run(world, globex, 'startSnapshot', { instanceIds: [foreign.instanceId] }));
  await page.goto(`${origin}/recovery-points/${foreignPoint}/restore`);
  await page.getByText('The chosen recovery point is not there').waitFor();
  assert.ok(!String(await page.locator('body').textContent()).includes(foreign.instanceId));
};

const operator = async (t: TestContext, { world, pointId, instance }: Restores): Promise<void> => {
  const [acme, globex] = world.tenants;
  const { apiUrl, place, accounts } = world.local;
  const { page, origin } = await visit(t, { apiUrl, region: place.region, user: accounts.operator });
  await page.goto(`${origin}/restore`);
  await page.getByText('Choose whose instance is to be restored').waitFor();
  await checkAccess(page, 'no tenant');
  await page.getByRole('button', { name: /Tenant/ }).click();
  await page.getByRole('option', { name: /acme/ }).click();
  await page.getByRole('radio', { name: `Choose ${pointId}` }).check();
  await next(page);
  await page.getByRole('button', { name: 'Skip to: Dry run, and start' }).click();
  await page.getByText('This restore can be started').waitFor();
  await page.getByText(/ of acme, as it was at /).waitFor();
  await page.getByText(acme.hypervisorId, { exact: true }).waitFor();

  const ofPoint = `${origin}/restore?tenant=${acme.hypervisorId}&point=${pointId}`;
  await changeTenant(page, ofPoint, globex.hypervisorId);

  // each of them may have an instance of the same name
  const [job] = (await acme.api.call(tenantRoutes.listJobs, {})).items;
  const ofAcme = `${origin}/tenants/${acme.hypervisorId}`;
  for (const path of [`jobs/${job?.jobId}`, `recovery-points/${pointId}`, `instances/${instance.instanceId}`]) {
    await page.goto(`${ofAcme}/${path}`);
    await page.getByText('Tenant acme', { exact: true }).waitFor();
  }

  const address = `${ofAcme}/recovery-points/${pointId}/restore`;
  await page.goto(`${address}?purpose=conversion&transport=hotadd&step=options`);
  await page.getByText('Rules O7 and O8').waitFor();
  await checkAccess(page, 'an operator’s options');
  await next(page);
  await page.getByText('a hotadd conversion into 222222222222 cannot use an access node').first().waitFor();
  assert.equal(await startButton(page).getAttribute('aria-disabled'), 'true');
};

const gone = async ({ page, origin }: Visit, { world, pointId }: Restores): Promise<void> => {
  const [acme] = world.tenants;
  const address = `${origin}/recovery-points/${pointId}/restore`;
  const params = { hypervisorId: acme.hypervisorId };
  await world.operator.call(operatorRoutes.revokeAccess, { params, body: { reason: 'a drill' } });
  await page.goto(`${address}?step=review`);
  await page.getByText(/Your provider has withdrawn its own access to your account/).waitFor();
  assert.equal(await startButton(page).getAttribute('aria-disabled'), 'true');
  await checkAccess(page, 'revoked');
  await world.operator.call(operatorRoutes.restoreAccess, { params });

  await acme.api.call(tenantRoutes.deleteRecoveryPoint, {
    params: { recoveryPointId: pointId },
    query: { evenNewest: 'true' },
  });
  await page.goto(address);
  await page.getByText('The chosen recovery point is expired').waitFor();
  await checkAccess(page, 'expired');
  await page.goto(`${address}?step=review`);
  await page.getByText(/has expired: its data was removed by retention/).waitFor();
  await page.getByRole('button', { name: 'Go to: Recovery point' }).click();
  await page.getByText(/has expired: its data was removed by retention/).waitFor();
};
