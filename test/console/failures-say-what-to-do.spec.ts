import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { instanceWithData, openWorld, startBackup, startRestore, waitForJob } from '../stories/world.ts';
import { checkAccess, visit } from './browser.ts';

const NOWHERE = 'i-0123456789abcdef0';

const packsBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.parentPath.includes('packs'))
    .map((entry) => join(entry.parentPath, entry.name));

test('jobs that fail say why in a sentence, and what to do; each of whom looks reads what is for them', async (t) => {
  const libraryPath = mkdtempSync(join(tmpdir(), 'holdfast-library-'));
  t.after(() => rmSync(libraryPath, { recursive: true, force: true }));
  const world = await openWorld(t, { libraryPath });
  const { local, tenants } = world;
  const [acme, globex] = tenants;
  const { apiUrl, place, accounts } = local;

  const { instanceId } = await instanceWithData(world, acme, [1], { seed: 1 });
  const backup = await waitForJob(acme, await startBackup(acme, [instanceId]));
  for (const pack of packsBelow(libraryPath)) rmSync(pack);
  const point = String(backup.instances?.[0]?.recoveryPointId);
  local.cloud.admin.deleteRole(globex.accountId, String(globex.roleArn.split('/').at(-1)));
  const failures = [
    { tenant: acme, jobId: await startRestore(acme, point), name: 'MissingObject', remedy: /Check the library/ },
    { tenant: globex, jobId: await startBackup(globex, [NOWHERE]), name: 'TenantAccessLost', remedy: /trust policy/ },
    {
      tenant: acme,
      jobId: await startBackup(acme, [NOWHERE]),
      name: 'InstanceNotFound',
      remedy: /Check the instance id/,
    },
  ];
  for (const { tenant, jobId } of failures) assert.equal((await waitForJob(tenant, jobId)).state, 'failed');

  const { page, origin } = await visit(t, { apiUrl, region: place.region, user: accounts.operator });
  for (const { tenant, jobId, name, remedy } of failures) {
    await page.goto(`${origin}/tenants/${tenant.hypervisorId}/jobs/${jobId}`);
    await page.getByText(remedy).first().waitFor();
    const said = String(await page.getByText(name).first().textContent());
    assert.match(said, new RegExp(`^${name}`), said);
    await page.locator('.state-failed').first().waitFor();
    await checkAccess(page, name);
  }

  const [restore] = failures;
  const asTenant = await visit(t, { apiUrl, region: place.region, user: acme.user });
  await asTenant.page.goto(`${asTenant.origin}/jobs/${restore?.jobId}`);
  await asTenant.page.getByText('Ask your provider').first().waitFor();
  const shown = String(await asTenant.page.locator('body').textContent());
  for (const hidden of [libraryPath, world.serviceId, 'arn:aws', 'packs/']) assert.ok(!shown.includes(hidden), hidden);
  await checkAccess(asTenant.page, 'a tenant’s failed restore');
});
