import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { instanceWithData, openWorld, startBackup, startRestore, type World, waitForJob } from '../stories/world.ts';
import { checkAccess, chooseFromMenu, screenshot, visit } from './browser.ts';
import { relayTo } from './relay.ts';

const NOWHERE = 'i-0123456789abcdef0';

test('jobs are looked at', async (t) => {
  const world = await openWorld(t, { nodes: 0 });
  await t.test('an operator watches one turn green, reads why one failed, loses the API and has it back', (own) =>
    operatorLooks(own, world),
  );
  await t.test('a tenant sees its own and nothing of the service side or of others', (own) => tenantLooks(own, world));
});

const operatorLooks = async (t: TestContext, world: World): Promise<void> => {
  const [acme] = world.tenants;
  const { apiUrl, place, accounts } = world.local;
  const relay = await relayTo(t, apiUrl);
  const { page, origin } = await visit(t, { apiUrl: relay.url, region: place.region, user: accounts.operator });
  const first = await instanceWithData(world, acme, [4, 6], { seed: 1 });
  const second = await instanceWithData(world, acme, [2], { seed: 2 });

  await page.goto(`${origin}/jobs`);
  await page.getByText('Nothing is running').waitFor();
  await checkAccess(page, 'no jobs');

  // two instances, whose graph is watched from its beginning
  const jobId = await startBackup(acme, [first.instanceId, second.instanceId]);
  await page.getByRole('link', { name: 'Backup' }).click();
  assert.ok(page.url().endsWith(`/tenants/${acme.hypervisorId}/jobs/${jobId}`), 'a job has an address');
  await page.locator('.state-running').first().waitFor();
  await page.locator('progress').first().waitFor({ state: 'attached', timeout: 120_000 });
  await page.getByText('waiting for an access node').first().waitFor({ timeout: 120_000 });
  for (const { volumeId } of first.volumes)
    await page.getByRole('progressbar', { name: `Progress of ${volumeId}` }).waitFor({ state: 'attached' });
  await checkAccess(page, 'a job under way');
  await screenshot(page, 'job-under-way');
  world.local.startNode(world);
  await page.locator('[data-id="The job is done"] .state-done').waitFor({ timeout: 120_000 });
  assert.equal(await page.locator('.state-running, .state-failed').count(), 0, 'all of it is green');
  assert.ok((await page.locator('.edge-taken').count()) > 8, 'the ways that it took are drawn');
  await page.getByText('completed', { exact: true }).first().waitFor();
  await checkAccess(page, 'a job');
  await screenshot(page, 'job-completed');

  // the machine that moves the data, by keyboard
  await page.locator('[data-id="Protect each instance/Transfer the data"]').focus();
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Show its states' }).click();
  await page.locator('[data-id="Move the segments"]').waitFor();
  await page.goBack();

  // one that fails: the reason, what to do, and where
  const failing = await startBackup(acme, [first.instanceId, NOWHERE]);
  await waitForJob(acme, failing);
  await page.goto(`${origin}/tenants/${acme.hypervisorId}/jobs/${failing}`);
  const alert = page.getByText(`there is no instance ${NOWHERE}`).first();
  await alert.waitFor();
  await page.getByText('What to do:').first().waitFor();
  await page.locator('[data-id="Protect each instance/Have the snapshots taken"]').click();
  await page.getByRole('heading', { name: 'Have the snapshots taken' }).waitFor();
  const input = page.getByRole('region', { name: 'Input' });
  await input.getByText(NOWHERE).waitFor();
  assert.equal(JSON.parse(String(await input.textContent())).instanceId, NOWHERE);
  assert.doesNotMatch(String(await page.locator('body').textContent()), /taskToken|AAAAK/);
  await checkAccess(page, 'a failed job');
  await screenshot(page, 'job-failed', 'dark');
  await page.getByRole('tab', { name: 'Table' }).click();
  await page
    .getByRole('row', { name: /Note why the instance failed/ })
    .first()
    .waitFor();
  await checkAccess(page, 'a job’s path as a table');

  // what has ended is listed by tenant, and the choice is in the address
  await page.goto(`${origin}/jobs`);
  await page.getByRole('button', { name: /Tenant/ }).click();
  await page.getByRole('option', { name: /acme/ }).click();
  await page.getByRole('row', { name: /completed with errors/ }).waitFor();
  assert.equal(new URL(page.url()).searchParams.get('tenant'), acme.hypervisorId);
  await checkAccess(page, 'jobs');
  await screenshot(page, 'jobs');

  relay.cut();
  await page.getByText('No answer from the API').waitFor({ timeout: 60_000 });
  assert.equal(await page.getByRole('row', { name: /completed with errors/ }).count(), 1, 'what was known stays');
  await checkAccess(page, 'the API is lost');
  relay.mend();
  await page.getByText('No answer from the API').waitFor({ state: 'detached', timeout: 60_000 });
};

const tenantLooks = async (t: TestContext, world: World): Promise<void> => {
  const [acme, globex] = world.tenants;
  world.local.startNode(world);
  const { apiUrl, place } = world.local;
  const instance = await instanceWithData(world, acme, [2], { seed: 3 });
  const foreign = await instanceWithData(world, globex, [2], { seed: 4 });
  const jobId = await startBackup(acme, [instance.instanceId]);
  const foreignId = await startBackup(globex, [foreign.instanceId]);
  const [{ instances = [] }] = await Promise.all([waitForJob(acme, jobId), waitForJob(globex, foreignId)]);
  const restoreId = await startRestore(acme, String(instances[0]?.recoveryPointId));
  const restored = await waitForJob(acme, restoreId);

  const { page, origin } = await visit(t, { apiUrl, region: place.region, user: acme.user });
  await page.getByRole('button', { name: 'acme (222222222222)' }).waitFor();
  await chooseFromMenu(page, 'Jobs');
  const job = page.getByRole('table').getByRole('link', { name: 'Restore', exact: true });
  await job.waitFor();
  assert.equal(await page.getByRole('columnheader', { name: 'Tenant' }).count(), 0);
  await job.click();
  await page.getByText(String(restored.instances?.[0]?.result?.instanceId)).waitFor();
  await checkAccess(page, 'a tenant’s job');
  await screenshot(page, 'tenant-job');
  const shown = String(await page.locator('body').textContent());
  for (const hidden of [world.serviceId, '111111111111', 'arn:aws', 'Step Functions', 'What it goes through'])
    assert.ok(!shown.includes(hidden), `${hidden} is not shown to a tenant`);

  for (const path of [`/jobs/${foreignId}`, `/tenants/${globex.hypervisorId}/jobs/${foreignId}`, '/nowhere']) {
    await page.goto(`${origin}${path}`);
    await page.getByText('There is nothing here').waitFor();
    assert.ok(!String(await page.locator('body').textContent()).includes(foreign.instanceId));
  }
  await checkAccess(page, 'nothing here');
};
