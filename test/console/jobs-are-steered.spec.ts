import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { tenantRoutes } from '../../core/contracts/api.ts';
import { leftInAccount } from '../../dev/demo/tenant-instance.ts';
import { eventually } from '../stories/tenant-days.ts';
import {
  instanceWithData,
  jobOf,
  openWorld,
  startBackup,
  type Tenant,
  waitForCleanup,
  waitForJob,
} from '../stories/world.ts';
import { checkAccess, visit } from './browser.ts';

const NOWHERE = 'i-0123456789abcdef0';

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const isMoving = ({ instances = [] }: Awaited<ReturnType<typeof jobOf>>): boolean =>
  (instances[0]?.counters.transferred ?? 0) > 0;

test('a tenant suspends, resumes, cancels and retries its jobs by the job’s page', async (t) => {
  const world = await openWorld(t, { overrides: { segmentBlocks: '40', blockRate: '8' } });
  const [acme] = world.tenants;
  const { apiUrl, place } = world.local;
  const instance = await instanceWithData(world, acme, [8], { seed: 1, mibPerPage: 24 });
  const { page, origin } = await visit(t, { apiUrl, region: place.region, user: acme.user });
  const open = async (jobId: string): Promise<void> => {
    await page.goto(`${origin}/jobs/${jobId}`);
    await page.getByRole('heading', { name: 'Backup', level: 1 }).waitFor();
  };
  const moving = async (tenant: Tenant, instanceId: string): Promise<string> => {
    const jobId = await startBackup(tenant, [instanceId], { level: 'full' });
    await waitForJob(tenant, jobId, isMoving);
    await open(jobId);
    return jobId;
  };

  await t.test('suspended and resumed', async () => {
    const jobId = await moving(acme, instance.instanceId);
    await button(page, 'Suspend').click();
    await button(page, 'Resume').waitFor();
    assert.equal(await button(page, 'Suspend').count(), 0);
    assert.equal((await jobOf(acme, jobId)).state, 'suspended');
    await checkAccess(page, 'a suspended job');
    await waitForCleanup(world, jobId);
    await button(page, 'Resume').click();
    await button(page, 'Suspend').waitFor();
    assert.equal((await jobOf(acme, jobId)).attempt, 2);
  });

  await t.test('cancelled, once that was meant', async () => {
    const [{ jobId = '' } = {}] = (await acme.api.call(tenantRoutes.listJobs, {})).items;
    // by keyboard, and thought better of
    await button(page, 'Cancel').focus();
    await page.keyboard.press('Enter');
    await page.getByText('Cancel this job?').waitFor();
    await checkAccess(page, 'to cancel?');
    await page.keyboard.press('Escape');
    await page.getByText('Cancel this job?').waitFor({ state: 'hidden' });
    assert.equal((await jobOf(acme, jobId)).state, 'running');

    await button(page, 'Cancel').click();
    await button(page, 'Cancel the job').click();
    await page.getByText('cancelled', { exact: true }).first().waitFor();
    await button(page, 'Try failed instances again').waitFor();
    assert.equal((await jobOf(acme, jobId)).state, 'cancelled');
    await waitForCleanup(world, jobId, 2);
    assert.deepEqual((await leftInAccount(acme.ec2)).snapshots, []);
  });

  await t.test('what the page does not know yet is refused with its reason', async () => {
    const jobId = await moving(acme, instance.instanceId);
    // the page stays as it is, while somebody else cancels the job
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    await page.route(`**/api/jobs/${jobId}`, async (route) => {
      await released;
      // the page may have given the request up meanwhile
      await route.continue().catch(() => {});
    });
    await acme.api.call(tenantRoutes.cancelJob, { params: { jobId } });
    await waitForJob(acme, jobId);
    await button(page, 'Suspend').click();
    await page.getByText('This job has ended (cancelled): there is nothing to suspend.').waitFor();
    await checkAccess(page, 'a refused action');
    release();
    await button(page, 'Try failed instances again').waitFor();
    await waitForCleanup(world, jobId);
  });

  await t.test('failed instances are tried again', async () => {
    const jobId = await startBackup(acme, [NOWHERE]);
    assert.equal((await waitForJob(acme, jobId)).state, 'failed');
    await open(jobId);
    await page.getByText(`there is no instance ${NOWHERE}`).first().waitFor();
    // no answer comes the first time: asked again, it is the same request
    const keys: (string | undefined)[] = [];
    await page.route(`**/api/jobs/${jobId}/retry`, async (route, request) => {
      keys.push(request.headers()['idempotency-key']);
      await (keys.length === 1 ? route.abort() : route.continue());
    });
    const again = async (attempt: number): Promise<void> => {
      await button(page, 'Try failed instances again').click();
      await page.locator('dd').getByText(String(attempt), { exact: true }).waitFor();
      await eventually(
        `attempt ${attempt} fails`,
        () => jobOf(acme, jobId),
        (job) => job.attempt === attempt && job.state === 'failed',
      );
      await button(page, 'Try failed instances again').waitFor();
    };
    await button(page, 'Try failed instances again').click();
    await page.getByText('No answer from the API').waitFor();
    await again(2);
    assert.equal(keys.length, 2);
    assert.match(String(keys[0]), /^[0-9a-f-]{36}$/);
    assert.equal(keys[1], keys[0]);
    await again(3);
    assert.notEqual(keys[2], keys[0], 'another time is another request');
  });
});
