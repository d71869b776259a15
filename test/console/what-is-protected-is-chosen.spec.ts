import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { tenantRoutes } from '../../core/contracts/api.ts';
import { launchInstance } from '../../dev/demo/tenant-instance.ts';
import { openWorld, type Tenant, waitForJob } from '../stories/world.ts';
import { checkAccess, chooseFromMenu, screenshot, visit } from './browser.ts';

const choose = async (page: Page, label: string, option: string, nth = 0): Promise<void> => {
  await page.getByLabel(label, { exact: true }).and(page.getByRole('button')).nth(nth).click();
  await page.getByRole('option', { name: option, exact: true }).click();
};

test('a tenant says what is protected, sees at once what that is, and what retention removes of it', async (t) => {
  const world = await openWorld(t, { nodes: 0 });
  const [acme] = world.tenants;
  const { apiUrl, place } = world.local;
  const web1 = await launchInstance(acme.ec2, 'web-1', [1, 2]);
  const [web2, db1] = [await launchInstance(acme.ec2, 'web-2', [1]), await launchInstance(acme.ec2, 'db-1', [1, 3])];
  const { page, origin } = await visit(t, { apiUrl, region: place.region, user: acme.user });

  // a group, with what its rules match beside it
  {
    await chooseFromMenu(page, 'VM groups');
    await page.getByText('No VM groups').waitFor();
    await checkAccess(page, 'no VM groups');
    await page.getByRole('link', { name: 'Add a VM group' }).click();
    const preview = page.locator('.beside');
    await preview.getByText('It is shown here as soon as').waitFor();
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByText('Fill it in, or remove the row.').waitFor();

    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('web servers');
    await choose(page, 'Condition', 'Name tag');
    await page.getByRole('textbox', { name: 'Name tag' }).fill('web-*');
    await preview.getByText('2 instances, 3 volumes with 4 GiB').waitFor();
    await preview.getByText(web1.instanceId).waitFor();
    await preview.getByText(web2.instanceId).waitFor();
    assert.equal(await preview.getByText(db1.instanceId).count(), 0);

    // one of two more has to hold, too; what is refused is said where it stands
    await page.getByRole('button', { name: 'Add conditions within' }).first().click();
    await preview.getByText('This is of the rules before').waitFor();
    await choose(page, 'Condition', 'VPC', 1);
    await page.getByRole('textbox', { name: 'VPC' }).fill('nowhere');
    await choose(page, 'Condition', 'Instance', 2);
    await page.getByText('Choose instances').click();
    await page.getByRole('option', { name: 'web-1' }).click();
    await page.keyboard.press('Escape');
    await page.getByText('must be a VPC id').first().waitFor();
    await checkAccess(page, 'a condition that is refused');
    await choose(page, 'Condition', 'Tag', 1);
    await page.getByRole('textbox', { name: 'Key' }).fill('Name');
    await page.getByRole('textbox', { name: 'Value' }).fill('nobody');
    await preview.getByText('1 instance, 2 volumes with 3 GiB').waitFor();
    await preview.getByText('name web-* and its id').waitFor();

    await page.getByRole('button', { name: 'Leave volumes out' }).click();
    await page.getByRole('textbox', { name: 'Device' }).fill('/dev/sdf');
    await preview.getByText('left out by device /dev/sdf').waitFor();
    await preview.getByText('1 instance, 1 volume with 1 GiB; 1 volume left out').waitFor();
    await checkAccess(page, 'a VM group');
    await screenshot(page, 'vm-group');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByRole('link', { name: 'web servers' }).waitFor();
    await checkAccess(page, 'VM groups');
    const { items } = await acme.api.call(tenantRoutes.listVmGroups, {});
    assert.deepEqual(
      items.map(({ name, match, exclude }) => ({ name, match, exclude })),
      [
        {
          name: 'web servers',
          match: {
            and: [
              { name: 'web-*' },
              { or: [{ tag: { key: 'Name', value: 'nobody' } }, { instanceIds: [web1.instanceId] }] },
            ],
          },
          exclude: { volumes: [{ device: '/dev/sdf' }] },
        },
      ],
    );
  }

  // a plan, whose next times and whose lateness are said while it is written
  {
    await chooseFromMenu(page, 'Plans');
    await page.getByText('No plans').waitFor();
    await page.getByRole('link', { name: 'Add a plan' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('nightly');
    await page.getByText('Snapshot (IntelliSnap)').click();
    await choose(page, 'It runs', 'By a cron expression');
    await page.getByRole('textbox', { name: 'Expression' }).fill('cron(0 2 31 2 ? *)');
    await page.getByText('there is no such day').waitFor();
    await choose(page, 'It runs', 'At a time of the day');
    const summary = page.locator('.beside');
    await summary.getByText('At 02:00, every day').waitFor();
    await summary.getByText('older than 1 d 6 h').waitFor();
    await page.getByRole('spinbutton', { name: 'Days' }).fill('0');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByText('retention.days must be at least 1').waitFor();
    await checkAccess(page, 'a plan that is refused');
    await page.getByRole('spinbutton', { name: 'Days' }).fill('30');
    await page.getByRole('checkbox', { name: 'Snapshots have rules of their own' }).click();
    await page.getByRole('spinbutton', { name: 'Newest' }).nth(1).fill('1');
    await checkAccess(page, 'a plan');
    await screenshot(page, 'plan');
    assert.equal(await page.getByText('Transport').count(), 0, 'how data travels is the service side’s business');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByRole('row', { name: /nightly.*At 02:00, every day/ }).waitFor();
    await checkAccess(page, 'plans');
    await screenshot(page, 'plans');
    const [plan] = (await acme.api.call(tenantRoutes.listPlans, {})).items;
    assert.deepEqual(
      [plan?.method, plan?.schedule?.expression, plan?.retention, plan?.snapshotRetention],
      ['snapshot', 'cron(0 2 * * ? *)', { days: 30 }, { count: 1 }],
    );
  }

  // the plan is given to the group, which is the same otherwise
  {
    const [before] = (await acme.api.call(tenantRoutes.listVmGroups, {})).items;
    await chooseFromMenu(page, 'VM groups');
    await page.getByRole('link', { name: 'web servers' }).click();
    await page.getByRole('button', { name: 'Plan', exact: false }).first().click();
    await page.getByRole('option', { name: /nightly/ }).click();
    // it is saved, and the answer is lost: saved again it is what is there, and nobody else's
    await page.route('**/api/vm-groups/*', async (route) => {
      if (route.request().method() !== 'PUT') return route.fallback();
      await route.fetch();
      await route.abort();
    });
    const lost = page.waitForEvent('requestfailed');
    await page.getByRole('button', { name: 'Save' }).click();
    await lost;
    await page.getByText('The console’s own server does not answer.').first().waitFor();
    await page.unroute('**/api/vm-groups/*');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('link', { name: 'nightly' }).waitFor();
    await screenshot(page, 'vm-groups');
    const [after] = (await acme.api.call(tenantRoutes.listVmGroups, {})).items;
    const [{ planId = '' } = {}] = (await acme.api.call(tenantRoutes.listPlans, {})).items;
    assert.deepEqual({ ...after, updatedAt: '' }, { ...before, planId, updatedAt: '' });
  }

  // retention shows what goes and what stays, and why, and removes just that
  {
    const [old, newest] = [await snapshotOf(acme), await snapshotOf(acme)];
    await chooseFromMenu(page, 'Plans');
    await page.getByRole('link', { name: 'What retention removes' }).click();
    await page.getByRole('row', { name: new RegExp(`${old}.*nothing of its plan’s retention keeps it`) }).waitFor();
    await page.getByRole('row', { name: new RegExp(`${newest}.*the newest snapshot of its instance`) }).waitFor();
    await checkAccess(page, 'retention');
    await screenshot(page, 'retention');
    await page.getByRole('button', { name: 'Remove 1 recovery point' }).click();
    await page.getByText('Removed recovery points do not come back.').waitFor();
    await checkAccess(page, 'whether to remove them');
    await page.getByRole('dialog').getByRole('button', { name: 'Remove 1 recovery point' }).click();
    await page.getByText('1 recovery point removed').waitFor();
    await page.getByText('There is nothing to remove').waitFor();
    const { items } = await acme.api.call(tenantRoutes.listRecoveryPoints, { query: { state: 'all' } });
    assert.deepEqual(Object.fromEntries(items.map(({ recoveryPointId, state }) => [recoveryPointId, state])), {
      [String(old)]: 'expired',
      [String(newest)]: 'available',
    });
  }
  await page.goto(`${origin}/plans`);
  await page.getByRole('link', { name: 'nightly' }).click();
  await page.locator('.beside').getByRole('link', { name: 'web servers' }).waitFor();
  await page.getByRole('button', { name: 'Remove' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await page.getByText('This plan protects VM groups: web servers').waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Leave it' }).click();
  await page.locator('.beside').getByRole('link', { name: 'web servers' }).click();
  await page.getByRole('heading', { name: 'web servers' }).waitFor();
  await page.getByRole('button', { name: 'Remove', exact: true }).first().click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await page.getByText('No VM groups').waitFor();
  assert.deepEqual((await acme.api.call(tenantRoutes.listVmGroups, {})).items, []);
});

/** By the plan that there is; the recovery point. */
const snapshotOf = async (tenant: Tenant): Promise<string | undefined> => {
  const [{ planId } = {}] = (await tenant.api.call(tenantRoutes.listPlans, {})).items;
  const { jobId } = await tenant.api.call(tenantRoutes.startSnapshot, { body: { planId } });
  const { state, instances } = await waitForJob(tenant, jobId);
  assert.equal(state, 'completed');
  return instances?.[0]?.recoveryPointId;
};
