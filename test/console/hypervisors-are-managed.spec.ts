import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Page } from 'playwright-core';
import { onNamedTenant } from '../../cli/context.ts';
import { operatorRoutes } from '../../core/contracts/api.ts';
import { openWorld, type World } from '../stories/world.ts';
import { checkAccess, chooseFromMenu, screenshot, type Visit, visit } from './browser.ts';
import { copied, openAccount } from './hypervisor-wizard.ts';

test('hypervisors are managed', async (t) => {
  const world = await openWorld(t, { nodes: 0 });
  const { apiUrl, place, accounts } = world.local;
  const visited = await visit(t, { apiUrl, region: place.region, user: accounts.operator });
  await t.test('what takes protection away waits for a second person, and says so', () => twoPerson(world, visited));
  await t.test('a binding, and the access to an account, are taken back and given again', () =>
    takenAndGiven(world, visited),
  );
  await t.test('a service hypervisor that is used is not removed: it says by whom', () => aUsedOne(world, visited));
  await t.test('access nodes are added, seen at work, drained and forgotten', (own) => nodes(own, world, visited));
  await t.test('a key is rotated, and its secret is nowhere', () => aKey(world, visited));
});

const twoPerson = async (world: World, { page }: Visit): Promise<void> => {
  const [acme] = world.tenants;
  await chooseFromMenu(page, 'Hypervisors');
  await page.getByRole('row', { name: /globex/ }).waitFor();
  await screenshot(page, 'hypervisors');
  await page.getByLabel('Find by name').fill(acme.accountId);
  await page.getByRole('row', { name: /globex/ }).waitFor({ state: 'detached' });
  assert.equal(new URL(page.url()).searchParams.get('find'), acme.accountId);
  await page.getByRole('link', { name: 'acme' }).click();

  await page.getByRole('button', { name: 'Ask a second person' }).click();
  await page.getByText('On: a second person has to approve').waitFor();
  await page.getByRole('button', { name: 'One person is enough' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'One person is enough' }).click();
  await page.getByText('Nothing was done yet').waitFor();
  await page.getByText('On: a second person has to approve').waitFor();
  const href = String(await page.getByRole('link', { name: 'See the request' }).getAttribute('href'));
  assert.ok(href.startsWith(`/tenants/${acme.hypervisorId}/approvals/`), href);
  await checkAccess(page, 'a tenant hypervisor');
  await screenshot(page, 'hypervisor');
  const { route, params } = onNamedTenant('listApprovals', acme.hypervisorId);
  const { items } = await world.operator.call(route, { params });
  assert.deepEqual(
    items.map(({ state, operation }) => [state, operation]),
    [['waiting', 'switch-off-approvals']],
  );
};

const confirm = (page: Page, name: string): Promise<void> =>
  page.getByRole('dialog').getByRole('button', { name, exact: true }).click();

const takenAndGiven = async (world: World, { page, origin }: Visit): Promise<void> => {
  const [, globex] = world.tenants;
  await page.goto(`${origin}/hypervisors/${globex.hypervisorId}`);
  await page.getByRole('button', { name: 'Unbind' }).click();
  await confirm(page, 'Unbind');
  await page.getByText('Not bound: no job of it can run.').waitFor();
  await page.getByRole('button', { name: 'Bind', exact: true }).click();
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /Service hypervisor/ })
    .click();
  await page.getByRole('option', { name: /service/ }).click();
  await checkAccess(page, 'bind it');
  await confirm(page, 'Bind');
  await page.getByRole('link', { name: 'service', exact: true }).waitFor();

  await page.getByRole('button', { name: 'Revoke' }).click();
  await page.getByLabel('Reason').fill('key lost, case 4711');
  await confirm(page, 'Revoke');
  await page.getByText('key lost, case 4711').waitFor();
  const after = await world.operator.call(operatorRoutes.getHypervisor, {
    params: { hypervisorId: globex.hypervisorId },
  });
  assert.equal(after.revoked?.reason, 'key lost, case 4711');
  await checkAccess(page, 'access is revoked');
  await page.getByRole('button', { name: 'Give the access back' }).click();
  await confirm(page, 'Give the access back');
  await page.getByText('Its account is reached').waitFor();

  await page.goto(`${origin}/hypervisors/hv-00000000000000000000000000000000`);
  await page.getByText('There is nothing here').waitFor();
};

const aUsedOne = async (world: World, { page, origin }: Visit): Promise<void> => {
  await page.goto(`${origin}/hypervisors/${world.serviceId}`);
  await page.getByRole('row', { name: /acme/ }).waitFor();
  await page.getByRole('button', { name: 'Check now' }).click();
  await page.getByText(/All \d+ permissions are there/).waitFor({ timeout: 60_000 });
  await checkAccess(page, 'a service hypervisor');
  await screenshot(page, 'hypervisor-service');
  await page.getByRole('button', { name: 'Remove', exact: true }).first().click();
  await confirm(page, 'Remove it');
  await page.getByText(/Tenant hypervisors use this service hypervisor: .*acme .*globex/).waitFor();
  await checkAccess(page, 'it is not removed');
  await confirm(page, 'Leave it');
};

const nodes = async (t: TestContext, world: World, { page, origin }: Visit): Promise<void> => {
  await page.goto(`${origin}/access-nodes`);
  await page.getByText('No access nodes').waitFor();
  await checkAccess(page, 'no access nodes');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByLabel('Name').fill('worker-1');
  await page.getByRole('button', { name: 'Add it' }).click();
  const environment = await copied(page, /Its settings/);
  assert.match(environment, /^HOLDFAST_NODE_NAME=worker-1$/m);
  assert.match(environment, /^HOLDFAST_NODE_ID=node-/m);
  await checkAccess(page, 'how a node is started');
  await screenshot(page, 'access-node-added');
  await confirm(page, 'Close');
  await page.getByRole('row', { name: /worker-1.*expected/ }).waitFor();

  const started = world.local.startNode(world);
  const online = page.getByRole('row', { name: /online/ });
  await online.waitFor({ timeout: 60_000 });
  await checkAccess(page, 'access nodes');
  await screenshot(page, 'access-nodes');
  await page
    .getByRole('row', { name: /worker-1/ })
    .getByRole('radio')
    .click();
  await page.getByRole('button', { name: 'Remove', exact: true }).click();
  await confirm(page, 'Remove it');
  await page.getByRole('row', { name: /worker-1/ }).waitFor({ state: 'detached' });
  await online.getByRole('radio').click();
  await page.getByRole('button', { name: 'Remove', exact: true }).click();
  await confirm(page, 'Remove it');
  await page.getByText(/it would make itself known again/).waitFor();
  await confirm(page, 'Leave it');
  await page.getByRole('button', { name: 'Drain', exact: true }).click();
  await confirm(page, 'Drain it');
  await page.getByRole('row', { name: /draining/ }).waitFor();
  t.diagnostic(`drained ${started.nodeId}`);
};

const aKey = async (world: World, { page, origin }: Visit): Promise<void> => {
  const hooli = openAccount(world, '777777777777', 'hooli');
  const { hypervisorId } = await world.operator.call(operatorRoutes.addHypervisor, {
    body: {
      kind: 'tenant',
      name: hooli.name,
      accountId: hooli.accountId,
      region: world.local.place.region,
      auth: { method: 'access-key', ...hooli.user },
    },
  });
  const fresh = world.local.cloud.admin.createAccessKey(hooli.accountId, 'admin');
  await page.goto(`${origin}/hypervisors/${hypervisorId}`);
  await page.getByRole('button', { name: 'Use another access key' }).click();
  await page.getByLabel('Access key id').fill(fresh.accessKeyId);
  await page.getByLabel('Secret access key').fill(`${fresh.secretAccessKey.slice(0, -4)}0000`);
  await confirm(page, 'Try it and use it');
  await page.getByText(/What to do:/).waitFor();
  assert.equal(await page.getByLabel('Secret access key').inputValue(), '', 'it is forgotten as it is sent');
  await checkAccess(page, 'a key that does not do');
  await page.getByLabel('Secret access key').fill(fresh.secretAccessKey);
  await confirm(page, 'Try it and use it');
  await page.getByText(`It is reached by ${fresh.accessKeyId} now.`).waitFor();
  await confirm(page, 'Close');
  const after = await world.operator.call(operatorRoutes.getHypervisor, { params: { hypervisorId } });
  assert.equal(after.accessKeyId, fresh.accessKeyId);
  await page.getByRole('button', { name: 'Remove', exact: true }).click();
  await confirm(page, 'Remove it');
  await page.getByRole('heading', { name: 'Hypervisors', level: 1 }).waitFor();
  await page.getByRole('row', { name: /hooli/ }).waitFor({ state: 'detached' });
};
