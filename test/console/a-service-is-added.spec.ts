import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededBytes } from '../../dev/demo/make-image.ts';
import { deployTemplate } from '../../dev/deployment/deploy-template.ts';
import { createRecoveryKeyPair } from '../../library/recovery-key.ts';
import { openWorld } from '../stories/world.ts';
import { checkAccess, screenshot, visit } from './browser.ts';
import { atField, copied, fillIn, next } from './hypervisor-wizard.ts';

const TEMPLATE = 'Template (CloudFormation)';

test('a service hypervisor in another account is added: what is missing there is said until it is there', async (t) => {
  const world = await openWorld(t, { nodes: 0 });
  const { apiUrl, place, accounts, cloud } = world.local;
  const { accountId } = accounts.otherService;
  const there = { accountId, region: place.region };
  const { page, origin } = await visit(t, { apiUrl, region: place.region, user: accounts.operator });
  await page.goto(`${origin}/hypervisors/add?kind=service`);
  await fillIn(page, { accountId, name: 'west' }, place.region);

  // what lets the control plane in
  await page.getByText('A role that is assumed', { exact: true }).click();
  await page.getByRole('button', { name: 'Make what the account deploys' }).click();
  const access = await copied(page, TEMPLATE);
  const { ManagementRoleArn: RoleArn = '', ...others } = await deployTemplate(cloud, there, 'holdfast-access', access);
  const externalId = await page.getByLabel('ExternalId').inputValue();
  assert.ok(access.includes(externalId) && externalId.length > 20, JSON.stringify(others));
  await page.getByLabel('Role', { exact: true }).fill(RoleArn);
  await next(page);

  // what it lends
  await page.getByText('Automatic', { exact: true }).click();
  await page.getByLabel('Their subnets').fill('subnet-1');
  await next(page);
  await atField(page, 'must be a subnet id').waitFor();
  await page.getByLabel('Their subnets').fill('');
  await atField(page, 'is needed').waitFor();
  const { publicKey } = createRecoveryKeyPair(seededBytes(9));
  await page.getByLabel('Recovery key').fill(`${publicKey.slice(0, -1)}${publicKey.endsWith('7') ? '8' : '7'}`);
  await next(page);
  await atField(page, 'A character of it is mistyped.').waitFor();
  await checkAccess(page, 'what it lends');
  await page.getByLabel('Recovery key').fill(publicKey);
  await next(page);

  // what its nodes need there
  await page.getByRole('button', { name: 'Look again' }).click();
  await page.getByText(/Not found in the account 444444444444/).waitFor();
  await page.getByRole('button', { name: 'Show the template' }).click();
  const nodes = await copied(page, TEMPLATE);
  await checkAccess(page, 'preparing');
  await screenshot(page, 'hypervisor-preparing', 'dark');
  await next(page);
  await page.getByText('Not all of it is there yet.').first().waitFor();
  await deployTemplate(cloud, there, 'holdfast-nodes', nodes);
  await page.getByRole('button', { name: 'Look again' }).click();
  await page.getByText('All that it needs is there.').waitFor();
  await next(page);

  await page.getByRole('button', { name: 'Check now' }).click();
  await page.getByText(/All \d+ permissions are there/).waitFor({ timeout: 60_000 });
  await page.getByRole('button', { name: 'Done', exact: true }).click();
  await page.getByText('west is set up').waitFor();

  // where its access nodes are launched (O6)
  await page.getByRole('link', { name: 'Add access nodes' }).click();
  await page.getByText('No VM group').waitFor();
  await page.getByRole('button', { name: 'Add', exact: true }).last().click();
  const asked = page.getByRole('dialog');
  await asked.getByLabel('Name').fill('nodes');
  await asked.getByLabel('Zone').fill('eu-central-1!');
  await asked.getByRole('button', { name: 'Add it' }).click();
  await atField(page, /must be an availability zone/).waitFor();
  await asked.getByLabel('Zone').fill('eu-central-1a');
  await asked.getByRole('button', { name: 'Add it' }).click();
  await page.getByRole('row', { name: /nodes.*eu-central-1a/ }).waitFor();
  await checkAccess(page, 'automatic access nodes');
});
