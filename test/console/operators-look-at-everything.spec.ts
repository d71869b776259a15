import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createDynamoCatalog } from '../../adapters/aws/dynamo-catalog.ts';
import { sha256 } from '../../adapters/system.ts';
import { operatorTenantPrefix, operatorTenantRoutes, tenantRoutes } from '../../core/contracts/api.ts';
import { noCounters } from '../../core/contracts/orders.ts';
import { scheduledJobId } from '../../core/steps/schedule/start-scheduled-job.ts';
import { eventually } from '../stories/tenant-days.ts';
import { instanceWithData, openWorld, startBackup, type Tenant, type World, waitForJob } from '../stories/world.ts';
import { checkAccess, screenshot, visit } from './browser.ts';

const HOUR = 3_600_000;
const NOWHERE = 'i-0123456789abcdef0';

const catalogOf = ({ local }: World) =>
  createDynamoCatalog({
    client: new DynamoDBClient({
      endpoint: local.cloud.endpoint,
      region: local.place.region,
      credentials: local.cloud.admin.rootAccessKey(local.place.accountId),
    }),
    table: 'holdfast-dev',
  });

/** An hourly plan of long ago whose jobs of the last hours selected the instances, and made nothing of them. */
const planLongAgo = async (
  world: World,
  tenant: Tenant,
  instanceIds: readonly string[],
  like: string,
): Promise<void> => {
  const catalog = catalogOf(world);
  const { planId } = await tenant.api.call(tenantRoutes.addPlan, { body: { name: 'hourly' } });
  await tenant.api.call(tenantRoutes.addVmGroup, {
    body: { name: 'all of them', match: { instanceIds: [...instanceIds] }, planId },
  });
  const plan = await catalog.plans.get(tenant.hypervisorId, planId);
  const job = await catalog.jobs.get(tenant.hypervisorId, like);
  assert.ok(plan && job);
  const dueAt = Math.floor(Date.now() / HOUR) * HOUR - 2 * HOUR;
  const longAgo = dueAt - 24 * HOUR;
  const schedule = { expression: 'rate(1 hour)', timeZone: 'UTC' };
  await catalog.plans.replace({ ...plan, schedule, createdAt: longAgo, updatedAt: longAgo });
  // it was due this hour already: nothing goes by itself while this runs
  await catalog.plans.noteDue(tenant.hypervisorId, planId, 'backup', dueAt + 2 * HOUR);
  for (const at of [dueAt, dueAt + HOUR]) {
    const jobId = scheduledJobId(sha256, planId, 'backup', at);
    await catalog.jobs.add({ ...job, jobId, createdAt: at, startedAt: at, endedAt: at, endTold: 1 });
    for (const instanceId of instanceIds)
      await catalog.jobs.addInstance({
        ...{ jobId, tenantId: tenant.hypervisorId, instanceId, phase: 'failed', phaseSince: at },
        counters: noCounters,
      });
  }
};

const check = async ({ operator }: World, { hypervisorId }: Tenant): Promise<void> => {
  const below = <R extends { readonly path: string }>(route: R) => ({
    ...route,
    path: `${operatorTenantPrefix}${route.path}`,
  });
  const start = below(operatorTenantRoutes.startLibraryRun);
  const { runId } = await operator.call(start, { params: { hypervisorId }, body: { task: 'check' } } as never);
  const get = below(operatorTenantRoutes.getLibraryRun);
  await eventually(
    'the check ends',
    () => operator.call(get, { params: { hypervisorId, runId } } as never),
    ({ state }) => state === 'completed',
    300,
  );
};

test('an operator sees who is protected, what failed, and what was left behind', async (t) => {
  const world = await openWorld(t, { nodes: 1 });
  const [acme, globex] = world.tenants;
  const { apiUrl, place, accounts } = world.local;
  const { page, origin } = await visit(t, { apiUrl, region: place.region, user: accounts.operator });
  page.setDefaultTimeout(120_000);
  assert.equal(page.url(), `${origin}/overview`, 'what an operator sees first');
  await page.getByText('No job ran in the last day').waitFor();
  await page.getByText('Nothing was counted yet').waitFor();
  await page.getByRole('row', { name: /globex 0\.00 0 blocks read, 0 written 0\.00 0 requests/ }).waitFor();
  await checkAccess(page, 'an overview of nothing');

  const good = await instanceWithData(world, acme, [2], { seed: 51 });
  const late = await instanceWithData(world, acme, [1], { seed: 52 });
  await instanceWithData(world, globex, [1], { seed: 53 });
  const failing = await startBackup(acme, [NOWHERE]);
  await waitForJob(acme, failing);
  await waitForJob(acme, await startBackup(acme, [good.instanceId]));
  await check(world, acme);
  await waitForJob(acme, await startBackup(acme, [good.instanceId], { level: 'full' }));
  await check(world, acme);
  // of the two, one has a recovery point
  await planLongAgo(world, acme, [good.instanceId, late.instanceId], failing);

  await page.reload();
  await page.getByText('Somebody has to look').waitFor();
  await page.getByRole('row', { name: new RegExp(`acme 1 1 0 0 0 0 late: ${late.instanceId}`) }).waitFor();
  await page.getByRole('row', { name: /globex.*unprotected: i-/ }).waitFor();
  await page.getByRole('row', { name: /objectives.*bad.*1 of 2 instances/ }).waitFor();
  await page.getByText(`${late.instanceId}, plan`).waitFor();
  await page.getByText(`InstanceNotFound`).first().waitFor();
  await page.getByText('1 online').waitFor();
  await page.getByRole('row', { name: /acme 2 .* : 1/ }).waitFor();
  // the tenant that has cost most is the first; what a check has counted is in it
  await page
    .getByRole('row', { name: /acme 0\.0\d+ \d+ blocks read, 0 written 0\.0\d+ \d+ requests .* MiB/ })
    .waitFor();
  await page.getByRole('button', { name: 'What AWS bills besides' }).click();
  await page.getByText('hours of access nodes').waitFor();
  await checkAccess(page, 'an overview');
  await screenshot(page, 'overview');
  await page.route('**/api/operator/costs**', async (route) => {
    const response = await route.fetch();
    const page = await response.json();
    const gone = { ...page.items[0], tenantId: 'hv-99999991', name: 'initech', removedAt: '2026-11-05T10:00:00.000Z' };
    await route.fulfill({ response, json: { ...page, items: [...page.items, gone] } });
  });
  await page.getByRole('button', { name: 'Month' }).click();
  await page.getByRole('option').nth(1).click();
  await page.getByRole('row', { name: /initech removed 2026-11-05/ }).waitFor();
  assert.equal(await page.getByRole('link', { name: 'initech' }).count(), 0, 'it has no page any more');
  await checkAccess(page, 'the costs of a tenant that was removed');
  await page.waitForURL(/\?month=\d{4}-\d\d$/);
  await page.getByRole('row', { name: /acme 0\.00 0 blocks read, .* not counted yet 0\.00/ }).waitFor();
  await page.getByRole('link', { name: 'Backup' }).first().click();
  await page.waitForURL(/\/jobs\//);

  await page.goto(`${origin}/findings`);
  await page.getByText('Nothing was left behind').waitFor({ timeout: 60_000 });
  await checkAccess(page, 'nothing is left behind');
  await page.goto(`${origin}/quarantine`);
  await page.getByText('Nothing is set aside').waitFor();
  await checkAccess(page, 'nothing is in quarantine');
});
