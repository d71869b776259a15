import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { CreateTagsCommand, TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import type { Page } from 'playwright-core';
import { operatorRoutes, tenantRoutes } from '../../core/contracts/api.ts';
import { eventually, pointOf, run } from '../stories/tenant-days.ts';
import { instanceWithData, openWorld, type Tenant, type World } from '../stories/world.ts';
import { checkAccess, screenshot, visit } from './browser.ts';

test('instances are looked at', async (t) => {
  const world = await openWorld(t);
  const made = await makeThem(world);
  await t.test('a tenant sees which are protected, keeps one recovery point and deletes another', (own) =>
    tenantLooks(own, world, made),
  );
  await t.test('an operator sees them for the tenant, and what is left when the account cannot be asked', (own) =>
    operatorLooks(own, world, made),
  );
});

interface Made {
  readonly shop: string;
  readonly database: string;
  readonly gone: string;
  readonly snapshot: string;
  /** Another tenant's. */
  readonly foreign: string;
}

const named = async (world: World, tenant: Tenant, name: string, seed: number): Promise<string> => {
  const { instanceId } = await instanceWithData(world, tenant, [2], { seed, mibPerPage: 1 });
  await tenant.ec2.send(new CreateTagsCommand({ Resources: [instanceId], Tags: [{ Key: 'Name', Value: name }] }));
  return instanceId;
};

/** One that a plan backs up, one that none does, one that is there no more. */
const makeThem = async (world: World): Promise<Made> => {
  const [acme, globex] = world.tenants;
  const [shop, database, gone] = [
    await named(world, acme, 'shop', 1),
    await named(world, acme, 'database', 2),
    await named(world, acme, 'old-shop', 3),
  ];
  const theirs = await named(world, globex, 'theirs', 4);
  const { planId } = await acme.api.call(tenantRoutes.addPlan, {
    body: { name: 'nightly', schedule: { expression: 'cron(0 2 * * ? *)' } },
  });
  await acme.api.call(tenantRoutes.addVmGroup, {
    body: { name: 'shops', match: { instanceIds: [shop] }, planId },
  });
  const [foreign] = await Promise.all([
    run(world, globex, 'startSnapshot', { instanceIds: [theirs] }).then(pointOf),
    run(world, acme, 'startSnapshot', { instanceIds: [gone] }),
    run(world, acme, 'startBackup', { instanceIds: [shop] }),
  ]);
  const snapshot = pointOf(await run(world, acme, 'startSnapshot', { instanceIds: [shop] }));
  await acme.ec2.send(new TerminateInstancesCommand({ InstanceIds: [gone] }));
  await eventually(
    'it is gone',
    async () => (await acme.api.call(tenantRoutes.listInstances)).items,
    (items) => items.some(({ instanceId, protection }) => instanceId === gone && protection === 'gone'),
  );
  return { shop, database, gone, snapshot, foreign };
};

/** The row of the newest recovery point of that kind. */
const rowOf = (page: Page, kind: string) => page.getByRole('row', { name: new RegExp(kind) }).first();

const choose = async (page: Page, kind: string, action: string): Promise<void> => {
  await rowOf(page, kind)
    .getByRole('button', { name: /^Actions for/ })
    .click();
  await page.getByRole('menuitem', { name: action }).click();
};

const tenantLooks = async (t: TestContext, world: World, { shop, database, gone, snapshot, foreign }: Made) => {
  const [acme] = world.tenants;
  const { apiUrl, place } = world.local;
  const { page, origin } = await visit(t, { apiUrl, region: place.region, user: acme.user });
  assert.equal(new URL(page.url()).pathname, '/instances', 'it is the first page of a tenant');

  await page
    .getByRole('row', { name: new RegExp(`shop.*${shop}.*Protected.*as plan nightly asks.*nightly`) })
    .waitFor();
  await page.getByRole('row', { name: /database.*Unprotected.*No VM group matches it/ }).waitFor();
  await page.getByRole('row', { name: new RegExp(`old-shop.*${gone}.*Gone`) }).waitFor();
  await checkAccess(page, 'instances');

  // what is looked for is in the address
  await page.getByRole('button', { name: /Protection/ }).click();
  await page.getByRole('option', { name: 'Unprotected' }).click();
  await page.getByText(shop).waitFor({ state: 'detached' });
  await page.getByText(database).waitFor();
  assert.equal(new URL(page.url()).searchParams.get('protection'), 'unprotected');
  await page.goto(`${origin}/instances?text=OLD`);
  await page.getByText(gone).waitFor();
  assert.equal(await page.getByRole('row').count(), 2, 'the head, and the one');
  await page.goto(`${origin}/instances?text=nothing-like-it`);
  await page.getByText('No instances').waitFor();
  await checkAccess(page, 'no instances');

  // one instance: its recovery points on a calendar
  await page.goto(`${origin}/instances`);
  await page.getByRole('link', { name: 'shop', exact: true }).click();
  await page.getByRole('heading', { level: 1, name: 'shop' }).waitFor();
  await page.getByRole('heading', { name: /^Recovery points of / }).waitFor();
  assert.equal(await page.getByRole('link', { name: /^Restore the/ }).count(), 2);
  assert.equal(await page.locator('td[aria-disabled=false]').count(), 1, 'one day has recovery points');
  await checkAccess(page, 'an instance');

  // backed up at once, and watched
  await page.getByRole('button', { name: 'Back up now' }).click();
  await page.getByRole('radio', { name: /^Snapshot/ }).check();
  await page.getByRole('radio', { name: /^Backup/ }).check();
  await checkAccess(page, 'back up now');
  await page.getByRole('button', { name: 'Start it' }).click();
  await page.getByRole('heading', { level: 1, name: 'Backup' }).waitFor();
  assert.match(new URL(page.url()).pathname, /^\/jobs\/job-/);
  await page.getByText('completed', { exact: true }).first().waitFor({ timeout: 90_000 });
  await page.goBack();
  await page.getByRole('heading', { name: /^Recovery points of / }).waitFor();

  // kept: the API says what is missing, at its field
  await choose(page, 'snapshot', 'Put under legal hold');
  await page.getByRole('button', { name: 'Hold it' }).click();
  await page
    .getByRole('dialog')
    .getByText(/reason/i)
    .first()
    .waitFor();
  await checkAccess(page, 'a legal hold is asked for');
  await page.getByRole('textbox', { name: 'Why' }).fill('case 4711');
  await page.keyboard.press('Enter');
  await rowOf(page, 'snapshot').getByText('Held', { exact: true }).waitFor();

  // and so not deleted
  await choose(page, 'snapshot', 'Delete');
  await page.getByRole('button', { name: 'Delete it' }).click();
  await page.getByText('This recovery point is under legal hold.').waitFor();
  await page.getByRole('button', { name: 'Leave it' }).click();
  await rowOf(page, 'snapshot').getByRole('link').first().click();
  await page.getByText('case 4711').waitFor();
  assert.ok(page.url().endsWith(`/recovery-points/${snapshot}`));
  await checkAccess(page, 'a recovery point');
  await page.getByRole('button', { name: /^Actions/ }).click();
  await page.getByRole('menuitem', { name: 'Release the legal hold' }).click();
  await page.getByRole('button', { name: 'Release it' }).click();
  await page.getByText('case 4711').waitFor({ state: 'detached' });

  // the newest is deleted when somebody says that this is meant
  await page.getByRole('button', { name: /^Actions/ }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await page.getByRole('button', { name: 'Delete it' }).click();
  await page.getByText('it is the newest snapshot of its instance').waitFor();
  await page.getByRole('checkbox', { name: 'Delete it even so' }).check();
  await checkAccess(page, 'the newest is to be deleted');
  await screenshot(page, 'recovery-point-delete');
  await page.getByRole('button', { name: 'Delete it' }).click();
  await page.getByText('expired', { exact: true }).waitFor();
  assert.equal(await page.getByRole('link', { name: /^Restore the/ }).count(), 0);

  for (const path of [`/recovery-points/${foreign}`, '/instances/i-0123456789abcdef0', '/instances/x']) {
    await page.goto(`${origin}${path}`);
    await page.getByText('There is nothing here').waitFor();
  }
};

const operatorLooks = async (t: TestContext, world: World, { shop, gone }: Made): Promise<void> => {
  const [acme] = world.tenants;
  const { apiUrl, place, accounts } = world.local;
  const { page, origin } = await visit(t, { apiUrl, region: place.region, user: accounts.operator });
  await page.goto(`${origin}/instances`);
  await page.getByText('Whose instances?').waitFor();
  await checkAccess(page, 'whose instances');
  await page.getByRole('button', { name: /Tenant/ }).click();
  await page.getByRole('option', { name: /acme/ }).click();
  await page.getByRole('link', { name: 'shop', exact: true }).click();
  await page.getByRole('heading', { name: /^Recovery points of / }).waitFor();
  assert.equal(new URL(page.url()).pathname, `/tenants/${acme.hypervisorId}/instances/${shop}`);
  assert.equal(await page.getByRole('link', { name: /^Restore the/ }).count(), 2);

  await world.operator.call(operatorRoutes.revokeAccess, { params: { hypervisorId: acme.hypervisorId }, body: {} });
  await page.goto(`${origin}/instances?tenant=${acme.hypervisorId}`);
  await page.getByText('The account cannot be asked for its instances').waitFor();
  await page.getByText(gone).waitFor();
  await page.getByText(shop).waitFor();
  await checkAccess(page, 'an account that cannot be asked');
};
