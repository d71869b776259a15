import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { tenantRoutes } from '../../core/contracts/api.ts';
import { writeBytes } from '../../dev/demo/guest.ts';
import { seededBytes } from '../../dev/demo/make-image.ts';
import { pointOf, run } from '../stories/tenant-days.ts';
import { instanceWithData, openWorld } from '../stories/world.ts';
import { checkAccess, chooseFromMenu, screenshot, visit } from './browser.ts';

const MIB = 1_048_576;

/** One bit of the largest pack of a library in a folder. */
const damage = (folder: string): void => {
  const packs = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((file) => file.includes('/packs/') && statSync(file).isFile())
    .toSorted((a, b) => statSync(b).size - statSync(a).size);
  const bytes = readFileSync(packs[0] ?? '');
  bytes[5_000] = (bytes[5_000] ?? 0) ^ 16;
  writeFileSync(packs[0] ?? '', bytes);
};

/** From the list's page: opens the form, chooses, starts, and is led to the run's own page. */
const start = async (page: Page, task: RegExp, ...choices: readonly RegExp[]): Promise<void> => {
  await page.getByRole('button', { name: 'Start a run' }).click();
  const form = page.getByRole('dialog');
  for (const name of [task, ...choices]) {
    await form.getByRole('radio', { name }).click();
    await form.getByRole('radio', { name, checked: true }).waitFor();
  }
  await form.getByRole('button', { name: 'Start', exact: true }).click();
  await page.waitForURL(/library-runs/);
};

test('an operator counts, checks, prunes and finds damage in a tenant’s library', async (t) => {
  const libraryPath = mkdtempSync(join(tmpdir(), 'holdfast-library-'));
  t.after(() => rmSync(libraryPath, { recursive: true, force: true }));
  const world = await openWorld(t, { nodes: 0, libraryPath, overrides: { pruneWindowSeconds: '4' } });
  const [acme] = world.tenants;
  const { apiUrl, place, accounts } = world.local;
  const { page, origin } = await visit(t, { apiUrl, region: place.region, user: accounts.operator });
  page.setDefaultTimeout(120_000);
  const list = `${origin}/library?tenant=${acme.hypervisorId}`;

  await page.goto(`${origin}/library`);
  await page.getByText('looked after by itself').waitFor();
  await checkAccess(page, 'no tenant is chosen');
  await page.getByRole('button', { name: /Tenant/ }).click();
  await page.getByRole('option', { name: /acme/ }).click();
  await page.getByText('No library runs').waitFor();
  assert.equal(page.url(), list, 'the choice is in the address');
  await page.getByText('Not counted yet').waitFor();
  await checkAccess(page, 'no library runs');

  // the tenant has nothing there yet, and no node would come: what the API says stands in the form, and nothing was begun
  await page.getByRole('button', { name: 'Count now' }).click();
  await page
    .getByRole('dialog')
    .getByRole('radio', { name: /^Stats/ })
    .waitFor();
  await checkAccess(page, 'the form');
  await page.getByRole('dialog').getByRole('button', { name: 'Start', exact: true }).click();
  await page.waitForURL(/library-runs/);
  await page.getByText('queued').first().waitFor();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('button', { name: 'Cancel the run' }).click();
  await page.getByText('cancelled').first().waitFor();
  await checkAccess(page, 'a cancelled run');

  // two backups of which retention keeps one
  world.local.startNode(world);
  const instance = await instanceWithData(world, acme, [1], { seed: 71, mibPerPage: 4 });
  const { planId } = await acme.api.call(tenantRoutes.addPlan, { body: { name: 'short', retention: { count: 1 } } });
  await acme.api.call(tenantRoutes.addVmGroup, {
    body: { name: 'all', match: { instanceIds: [instance.instanceId] }, planId },
  });
  const expired = pointOf(await run(world, acme, 'startBackup', { planId }));
  await writeBytes(world.local, instance.volumes[0]?.volumeId ?? '', 7 * 4_096, seededBytes(72)(4 * MIB));
  await run(world, acme, 'startBackup', { planId });
  const { token } = await acme.api.call(tenantRoutes.planRetention, {});
  assert.deepEqual((await acme.api.call(tenantRoutes.runRetention, { body: { token } })).removed, [expired]);

  await page.goto(list);
  await start(page, /^Stats/);
  await page.getByText('Dedup ratio').waitFor();
  await checkAccess(page, 'a stats run');

  await chooseFromMenu(page, 'Library');
  await page.goto(list);
  await page.getByText('By the stats run of').waitFor();
  await page.getByRole('button', { name: 'Start a run' }).click();
  await screenshot(page, 'library-start');
  await page.getByRole('button', { name: 'Leave it' }).click();

  await start(page, /^Prune/);
  await page.getByText('Would free').first().waitFor();
  await checkAccess(page, 'a prune’s plan');
  await screenshot(page, 'library-prune-plan');
  await page.getByRole('button', { name: 'Prune now' }).click();
  await page.getByText('By the plan it frees').waitFor();
  await page.getByRole('button', { name: 'Start the prune' }).click();
  await page.getByText('Deletes from').waitFor({ timeout: 60_000 });
  await checkAccess(page, 'a prune that waits');
  await page.getByText('Freed').first().waitFor({ timeout: 60_000 });

  await page.goto(list);
  await start(page, /^Check/, /^Everything/);
  await page.getByText('Nothing is wrong.').waitFor();
  damage(libraryPath);
  await page.goto(list);
  await start(page, /^Check/, /^Everything/);
  await page.getByText('completed, with findings').waitFor();
  await page.getByText('Recovery points that lose blocks by it').waitFor();
  await checkAccess(page, 'a check with findings');
  await screenshot(page, 'library-check', 'dark');
  await page.getByRole('link', { name: 'Repair' }).click();
  await page
    .getByRole('dialog')
    .getByRole('radio', { name: /^Repair/, checked: true })
    .waitFor();

  await page.goto(list);
  await page.getByRole('row', { name: /Check, everything.*completed, with findings/ }).waitFor();
  await checkAccess(page, 'library runs');
  await screenshot(page, 'library');
});
