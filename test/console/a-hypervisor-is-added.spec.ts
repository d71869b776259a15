import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Page } from 'playwright-core';
import { createApiClient } from '../../cli/api-client.ts';
import { tenantEc2 } from '../../dev/demo/tenant-instance.ts';
import { deployInvitation } from '../../dev/deploy-invitation.ts';
import { instanceWithData, openWorld, startBackup, type Tenant, type World, waitForJob } from '../stories/world.ts';
import { checkAccess, chooseFromMenu, screenshot, visit } from './browser.ts';
import { atField, copied, fillIn, next, openAccount } from './hypervisor-wizard.ts';

const STRUCK_OUT = 'ec2:CreateSnapshots';
const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYWRONGKEY01';

/** As an administrator who does not like one of the permissions. */
const withoutOne = (template: string): string => {
  const shortened: unknown = JSON.parse(template, (key, value: unknown) =>
    key === 'Action' && Array.isArray(value) ? value.filter((action) => action !== STRUCK_OUT) : value,
  );
  const text = JSON.stringify(shortened, (_, value: unknown) => {
    if (!Array.isArray(value)) return value;
    return value.filter((each: { Action?: unknown }) => {
      const actions = [each?.Action ?? 'any'].flat();
      return actions.length > 0 && !actions.includes(STRUCK_OUT);
    });
  });
  assert.ok(template.includes(STRUCK_OUT) && !text.includes(STRUCK_OUT));
  return text;
};

test('a hypervisor is added', async (t) => {
  const world = await openWorld(t, { nodes: 0 });
  const { apiUrl, place, accounts } = world.local;
  const { page, origin } = await visit(t, { apiUrl, region: place.region, user: accounts.operator });
  await t.test('and bound in the wizard, once nothing is missing; then it is backed up', (own) =>
    throughTheWizard(own, world, page),
  );
  await t.test('not by a key that is refused: it is said at the form, and the secret is nowhere', () =>
    withWrongKey(world, page, origin),
  );
});

const throughTheWizard = async (t: TestContext, world: World, page: Page): Promise<void> => {
  const { cloud, place, apiUrl } = world.local;
  const initech = openAccount(world, '555555555555', 'initech');
  await chooseFromMenu(page, 'Hypervisors');
  await page.getByRole('row', { name: /acme/ }).waitFor();
  await checkAccess(page, 'hypervisors');
  await page.getByRole('link', { name: 'Add a hypervisor' }).click();

  await next(page);
  await atField(page, 'is needed').nth(2).waitFor();
  await page.getByLabel('AWS account').fill('12');
  await atField(page, 'must be an AWS account id: 12 digits').waitFor();
  await checkAccess(page, 'which account');
  await fillIn(page, initech, place.region);

  await page.getByRole('button', { name: 'Make what the account deploys' }).click();
  const template = await copied(page, 'Template (CloudFormation)');
  const invited = { accountId: initech.accountId, region: place.region };
  const roleArn = await deployInvitation(cloud, { ...invited, template: withoutOne(template) });
  assert.equal(await page.getByLabel('Role', { exact: true }).inputValue(), roleArn);
  await checkAccess(page, 'how it is reached');
  await screenshot(page, 'hypervisor-reach');
  await next(page);

  await page.getByRole('button', { name: 'Check now' }).click();
  await page.getByRole('row', { name: new RegExp(STRUCK_OUT) }).waitFor({ timeout: 60_000 });
  assert.match(await copied(page, /Add these statements/), /"Version": "2012-10-17"[\s\S]*"ec2:CreateSnapshots"/);
  await next(page);
  await page.getByText('Check its permissions first').waitFor();
  await checkAccess(page, 'a permission is missing');
  await screenshot(page, 'hypervisor-permissions');

  // whoever comes back to the address goes on where they were
  const hypervisorId = String(new URL(page.url()).searchParams.get('hypervisor'));
  await page.reload();
  await deployInvitation(cloud, { ...invited, template });
  await page.getByRole('button', { name: 'Check now' }).click();
  await page.getByText(/All \d+ permissions are there/).waitFor({ timeout: 60_000 });
  await next(page);
  await page.getByRole('button', { name: 'Bind it', exact: true }).click();
  await atField(page, 'Choose a service hypervisor.').waitFor();
  await page.getByRole('button', { name: /Service hypervisor/ }).click();
  await page.getByRole('option', { name: /service/ }).click();
  await checkAccess(page, 'bind');
  await page.getByRole('button', { name: 'Bind it', exact: true }).click();
  await page.getByText('initech is set up').waitFor();
  await checkAccess(page, 'it is set up');

  // it can be backed up
  world.local.startNode(world);
  const api = createApiClient({ url: new URL(apiUrl), region: place.region, credentials: async () => initech.user });
  const tenant: Tenant = { ...initech, hypervisorId, roleArn, api, ec2: tenantEc2(world.local, initech) };
  const instance = await instanceWithData(world, tenant, [2], { seed: 7 });
  const jobId = await startBackup(tenant, [instance.instanceId]);
  assert.equal((await waitForJob(tenant, jobId)).state, 'completed');
  await page.getByRole('link', { name: 'See its jobs' }).click();
  await page.getByRole('row', { name: /completed/ }).waitFor();
  t.diagnostic(`backed up ${instance.instanceId}`);
};

const withWrongKey = async (world: World, page: Page, origin: string): Promise<void> => {
  const hooli = openAccount(world, '666666666666', 'hooli');
  await page.goto(`${origin}/hypervisors/add?method=access-key`);
  await fillIn(page, hooli, world.local.place.region);
  await page.getByLabel('Access key id').fill(hooli.user.accessKeyId);
  await page.getByLabel('Secret access key').fill(SECRET);
  await next(page);
  await atField(page, 'Check the credentials').waitFor();
  assert.equal(await page.getByLabel('Secret access key').inputValue(), '', 'it is forgotten as it is sent');
  await checkAccess(page, 'a key is refused');
  const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]));
  for (const place of [kept, page.url(), decodeURIComponent(page.url())]) assert.ok(!place.includes(SECRET));
  // with the right one it is added
  await page.getByLabel('Secret access key').fill(hooli.user.secretAccessKey);
  await next(page);
  await page.getByRole('button', { name: 'Check now' }).waitFor();
};
