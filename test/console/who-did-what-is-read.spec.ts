import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tenantRoutes } from '../../core/contracts/api.ts';
import { invoke } from '../stories/tenant-days.ts';
import { openWorld } from '../stories/world.ts';
import { checkAccess, chooseFromMenu, screenshot, visit } from './browser.ts';

test('an operator reads who did what, and whether the log is as it was written', async (t) => {
  const world = await openWorld(t, { nodes: 0 });
  const [acme] = world.tenants;
  const { apiUrl, place, accounts } = world.local;
  const { planId } = await acme.api.call(tenantRoutes.addPlan, { body: { name: 'nightly', retention: { days: 30 } } });
  await assert.rejects(acme.api.call(tenantRoutes.getJob, { params: { jobId: 'job-00000000' } }));
  const hour = Math.floor(Date.now() / 3_600_000) * 3_600_000;
  await invoke(world, 'tick', { scheduledTime: new Date(hour).toISOString() });

  const { page, origin } = await visit(t, { apiUrl, region: place.region, user: accounts.operator });
  await chooseFromMenu(page, 'Audit log');
  await page.getByText(/entries that are shown are as they were written, and fit an anchor/).waitFor();
  await page
    .getByRole('row', { name: new RegExp(`Done.*POST /plans.*admin.*${planId}`) })
    .first()
    .waitFor();
  await page
    .getByRole('row', { name: /Refused: NotFound.*GET \/jobs/ })
    .first()
    .waitFor();
  await page.getByRole('button', { name: /Anchors \(1\)/ }).click();
  await page.getByRole('row', { name: /fits/ }).first().waitFor();
  await checkAccess(page, 'the audit log');
  await screenshot(page, 'audit');
  await page.getByRole('button', { name: /Anchors \(1\)/ }).click();

  // part of who it was; what lies between is not looked at. Then one entry, by keyboard, and by its address.
  await page.getByRole('searchbox').fill(acme.accountId);
  await page.getByText('Between them there are others').waitFor();
  await page
    .getByRole('row', { name: /POST \/operator\/hypervisors/ })
    .first()
    .waitFor({ state: 'detached' });
  assert.equal(new URL(page.url()).searchParams.get('principal'), acme.accountId);
  await page.getByRole('radio').first().focus();
  await page.keyboard.press('Space');
  await page.getByText('Hash of the entry before').waitFor();
  await checkAccess(page, 'an entry of the audit log');
  await screenshot(page, 'audit-entry', 'dark');
  await page.goto(`${origin}/audit?entry=1`);
  await page.getByRole('heading', { name: 'Entry 1' }).waitFor();
  await page.getByText('Hash of the entry before').waitFor();
});
