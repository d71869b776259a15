import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tenantRoutes } from '../../core/contracts/api.ts';
import { idsOf, write } from '../stories/tenant-days.ts';
import { checkAccess, type Visit } from './browser.ts';
import { confirmAnew, isOff, leaveWhileStarting, startButton, tryAgain } from './restore-once.ts';
import {
  assertSame,
  NOWHERE,
  next,
  openWizard,
  type Restores,
  screenshot,
  somethingToRestore,
} from './restore-wizard.ts';

test('an instance is restored in place only after its id was typed', async (t) => {
  const { world, visited } = await openWizard(t);
  await inPlace(visited, await somethingToRestore(world));
});

const inPlace = async ({ page, origin }: Visit, restores: Restores): Promise<void> => {
  const { instance, pointId, world } = restores;
  const { instanceId } = instance;
  for (const id of idsOf(instance)) await write(world, id, 77, 90);
  await page.goto(`${origin}/recovery-points/${pointId}/restore`);
  // the address says which
  await page.getByRole('radio', { name: `Choose ${pointId}`, checked: true }).waitFor();
  await next(page);
  await page.getByRole('radio', { name: /The instance itself/ }).check();
  await page.getByText('What is on these volumes now is replaced').waitFor();
  await checkAccess(page, 'in place');
  await page.getByRole('button', { name: 'Skip to: Dry run, and start' }).click();

  const confirmation = page.getByLabel(`To replace the volumes of ${instanceId}, type its id`);
  await confirmation.waitFor();
  for (const id of idsOf(instance)) await page.getByText(`: ${id} is replaced by a new volume of `).waitFor();
  assert.equal(await page.getByText(' is replaced by ').count(), idsOf(instance).length, 'one line a device');
  assert.ok(await isOff(page), 'not without the id');
  await confirmation.fill(NOWHERE);
  await page.getByText(`This is not ${instanceId}: nothing is started.`).waitFor();
  assert.ok(await isOff(page), 'not with another one');
  await startButton(page).click({ force: true });
  await checkAccess(page, 'a wrong confirmation');
  await screenshot(page, 'restore-in-place', 'dark');
  const { items } = await world.tenants[0].api.call(tenantRoutes.listJobs, { query: { type: 'restore' } });
  assert.equal(items.length, 0, 'nothing was started');

  await confirmAnew(page, instanceId);
  await confirmation.fill(instanceId);
  await leaveWhileStarting(page);
  const [job] = (await world.tenants[0].api.call(tenantRoutes.listJobs, { query: { type: 'restore' } })).items;
  await page.goto(`${origin}/recovery-points/${pointId}/restore?kind=in-place&job=${job?.jobId}`);
  await page.getByText('Restored in place').waitFor({ timeout: 120_000 });
  await page.getByText(/^Started at .* ago, ended at .* ago$/).waitFor();
  for (const id of idsOf(instance)) await page.getByText(`${id} (`).waitFor();
  await assertSame(restores, instanceId);
  await tryAgain(page, origin, world.tenants[0], { recoveryPointId: pointId, instanceId });
};
