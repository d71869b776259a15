import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { operatorRoutes, tenantRoutes } from '../../core/contracts/api.ts';
import { idsOf, pointOf, run } from '../stories/tenant-days.ts';
import { instanceWithData } from '../stories/world.ts';
import { checkAccess, chooseFromMenu, type Visit, visit } from './browser.ts';
import { changeTenant, startButton } from './restore-once.ts';
import { NOWHERE, next, openWizard, type Restores, screenshot, somethingToRestore } from './restore-wizard.ts';

test('a restore is refused', async (t) => {
  const { world, visited } = await openWizard(t);
  const restores = await somethingToRestore(world);
  await t.test('what refuses is said first, at its field, and nothing can be started', () =>
    refusals(visited, restores),
  );
  await t.test('an operator restores for a tenant, and a rule refuses how', (own) => operator(own, restores));
  await t.test('the access was revoked, the point has expired', () => gone(visited, restores));
});

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
