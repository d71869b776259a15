import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Page } from 'playwright-core';
import { createApiClient } from '../../cli/api-client.ts';
import { WaitsForApproval } from '../../cli/waits-for-approval.ts';
import { operatorRoutes, operatorTenantPrefix, operatorTenantRoutes, tenantRoutes } from '../../core/contracts/api.ts';
import { approverCredentials } from '../../dev/approver-credentials.ts';
import { APPROVER, SERVICE_ACCOUNT } from '../../dev/example-accounts.ts';
import { openWorld, type World } from '../stories/world.ts';
import { checkAccess, chooseFromMenu, screenshot, visit } from './browser.ts';

const daysKept = async ({ tenants: [acme] }: World): Promise<number | undefined> =>
  (await acme.api.call(tenantRoutes.listPlans, {})).items[0]?.retention?.days;

/** The approver is an operator, too, and asks for something. */
const askAsApprover = async (world: World, planId: string): Promise<void> => {
  const { accounts, apiUrl, cloud, place } = world.local;
  const Action = 'execute-api:Invoke';
  const Resource = `arn:aws:execute-api:*:${SERVICE_ACCOUNT}:*/*/operator/*`;
  const policies = {
    approve: {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Resource: 'arn:aws:iam::*:role/holdfast-*-approver' }],
    },
    operate: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource }] },
  } as const;
  cloud.admin.putUser({ accountId: SERVICE_ACCOUNT, name: APPROVER, policies });
  const both = createApiClient({
    url: new URL(apiUrl),
    region: place.region,
    credentials: async () => accounts.approver,
  });
  const { replacePlan } = operatorTenantRoutes;
  const asked = both.call(
    { ...replacePlan, path: `${operatorTenantPrefix}${replacePlan.path}` },
    {
      params: { hypervisorId: world.tenants[0].hypervisorId, planId },
      body: { name: 'nightly', retention: { days: 3 } },
    },
  );
  await assert.rejects(asked, WaitsForApproval);
};

test('a plan that keeps less waits for a second person, who looks, and approves it or not', async (t) => {
  const world = await openWorld(t, { nodes: 0 });
  const [acme] = world.tenants;
  const { hypervisorId } = acme;
  const { apiUrl, place, accounts } = world.local;
  await world.operator.call(operatorRoutes.setProtection, {
    params: { hypervisorId },
    body: { approvals: 'two-person' },
  });
  const { planId } = await acme.api.call(tenantRoutes.addPlan, {
    body: { name: 'nightly', schedule: { expression: 'cron(0 2 * * ? *)' }, retention: { days: 30 } },
  });
  const operator = await visit(t, { apiUrl, region: place.region, user: accounts.operator });
  await operatorAsks(operator.page, world);

  const approver = await visit(t, { apiUrl, region: place.region, user: await approverCredentials(world.local)() });
  await approverDecides(approver.page, world, planId);
  await tenantReads(t, world);
});

const operatorAsks = async (page: Page, world: World): Promise<void> => {
  await chooseFromMenu(page, 'Plans');
  await page.getByText('Whose plans?').waitFor();
  await page.getByRole('button', { name: /Tenant/ }).click();
  await page.getByRole('option', { name: /acme/ }).click();
  await page.getByRole('link', { name: 'nightly' }).click();
  await page.getByRole('spinbutton', { name: 'Days' }).fill('7');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Nothing was done yet').waitFor();
  await page.getByText('backups in the library: days 30 becomes 7').waitFor();
  await checkAccess(page, 'a change that waits');
  await screenshot(page, 'plan-waits', 'dark');
  assert.equal(await daysKept(world), 30);
  await page.getByRole('link', { name: 'See the request' }).click();
  await page.getByText('It waits for a second person.').waitFor();
  assert.equal(await page.getByRole('button', { name: /Approve/ }).count(), 0, 'operators cannot approve');
  await checkAccess(page, 'an approval that waits');
};

const approverDecides = async (page: Page, world: World, planId: string): Promise<void> => {
  await page.getByRole('button', { name: 'Approver' }).waitFor();
  assert.equal(await page.getByRole('link', { name: 'Jobs' }).count(), 0, 'approvers see approvals and nothing else');
  await page.getByRole('row', { name: /Keep less by the plan.*waiting/ }).waitFor();
  await checkAccess(page, 'approvals');
  await screenshot(page, 'approvals');
  await page.getByRole('link', { name: /Keep less by the plan/ }).click();
  await page.getByText('"days": 7').waitFor();
  await page.getByText('arn:aws:iam::111111111111:user/operator').first().waitFor();
  await checkAccess(page, 'an approver looks');
  await screenshot(page, 'approval');
  await page.getByRole('button', { name: 'Approve, and have it done' }).click();
  await page.getByText('It was approved and done.').waitFor();
  assert.equal(await daysKept(world), 7);
  await checkAccess(page, 'an approval that is done');

  // one's own: the API refuses it, and the page says why; somebody may always say no
  await askAsApprover(world, planId);
  await chooseFromMenu(page, 'Approvals');
  await page
    .getByRole('row', { name: /waiting/ })
    .getByRole('link')
    .click();
  await page.getByRole('button', { name: 'Approve, and have it done' }).click();
  await page.getByText('Who asked for it cannot approve it.').waitFor();
  await checkAccess(page, 'one’s own request');
  await page.getByRole('button', { name: 'Reject' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Reject' }).click();
  await dialog.getByText('reason must have at least 1 character').waitFor();
  await checkAccess(page, 'a rejection without a reason');
  await dialog.getByRole('textbox', { name: 'Why' }).fill('keep it until the audit');
  await dialog.getByRole('button', { name: 'Reject' }).click();
  await page.getByText('Reason: keep it until the audit').waitFor();
  assert.equal(await daysKept(world), 7);
};

const tenantReads = async (t: TestContext, world: World): Promise<void> => {
  const [acme, globex] = world.tenants;
  const { apiUrl, place } = world.local;
  const { page, origin } = await visit(t, { apiUrl, region: place.region, user: acme.user });
  await chooseFromMenu(page, 'Approvals');
  await page.getByRole('row', { name: /rejected.*Your provider/ }).waitFor();
  await page.getByRole('row', { name: /done.*Your provider/ }).waitFor();
  await page.getByRole('row', { name: /done/ }).getByRole('link').click();
  await page.getByText('It was approved and done.').waitFor();
  await checkAccess(page, 'a tenant’s approval');
  const shown = String(await page.locator('body').textContent());
  for (const hidden of ['111111111111', APPROVER, 'SHA-256', world.serviceId])
    assert.ok(!shown.includes(hidden), `${hidden} is not shown to a tenant`);
  const { pathname } = new URL(page.url());
  const other = await visit(t, { apiUrl, region: place.region, user: globex.user });
  for (const path of [pathname, '/audit', '/approvals/apr-00000000']) {
    await other.page.goto(`${other.origin}${path}`);
    await other.page.getByText('There is nothing here').waitFor();
  }
  await page.goto(`${origin}/audit`);
  await page.getByText('There is nothing here').waitFor();
};
