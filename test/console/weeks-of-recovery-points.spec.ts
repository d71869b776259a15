/** What takes weeks to come about: over the real API with records that a test puts there, and no jobs. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dayOf } from '../../console/parts/instances/points.ts';
import type { RecoveryPoint } from '../../core/domain/recovery-point.ts';
import { ACME, acme, group, plan, point, START } from '../api/world-records.ts';
import { type ApiServer, credentialsOf, startApiServer } from '../cli/api-server.ts';
import { checkAccess, screenshot, visit } from './browser.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const VOLUME = { type: 'gp3', gib: 100 };

const idOf = (n: number): string => `i-0${String(n).repeat(16)}`;

/** Five instances of all kinds; the first has been backed up every night for five weeks. */
const fill = ({ world: { records, account, advance, deps } }: ApiServer): { readonly lastNight: number } => {
  advance(Date.now() - START);
  const now = deps.clock.now();
  const lastNight = Math.floor(now / DAY) * DAY + 2 * HOUR - (now % DAY < 2 * HOUR ? DAY : 0);
  const names = ['shop', 'orders', 'web-new', 'scratch', 'old-shop'];
  let made = 10;
  const protect = (n: number, takenAt: number, change: Partial<RecoveryPoint> = {}): void => {
    const sample = point(made++, acme, { takenAt, instanceId: idOf(n), planId: plan(1, acme).planId, ...change });
    const [volume] = sample.volumes;
    assert.ok(volume);
    const { levelReason: _, ...root } = volume;
    const { verification, ...rest } = sample;
    const one: RecoveryPoint = {
      ...(change.kind === 'snapshot' || !verification ? rest : { ...rest, verification }),
      instance: { ...sample.instance, instanceId: idOf(n), name: names[n - 1] ?? '' },
      volumes: [
        { ...root, level: takenAt < now - 30 * DAY ? 'full' : 'incremental', sizeBytes: VOLUME.gib * 2 ** 30 },
        { ...root, volumeId: 'vol-0fedcba9876543210', device: '/dev/sdf', level: 'incremental', dataBlocks: 77 },
      ],
      consistency: { kind: 'crash' },
    };
    records.points.set(one.recoveryPointId, one);
    records.protectedInstances.set(`${acme.hypervisorId} ${idOf(n)}`, {
      ...{ tenantId: acme.hypervisorId, instanceId: idOf(n), fence: 1, committed: one.recoveryPointId },
    });
  };
  const held = { since: now - 5 * DAY, by: 'somebody', heldBy: 'tenant', reason: 'case 4711' } as const;
  for (let night = 34; night >= 0; night--) protect(1, lastNight - night * DAY, night === 7 ? { legalHold: held } : {});
  for (const hours of [6, 12]) protect(1, lastNight - 7 * DAY + hours * HOUR, { kind: 'snapshot' });
  protect(1, lastNight - 7 * DAY + 7 * HOUR, { kind: 'backup-copy', lockedUntil: now + 20 * DAY });
  for (const night of [4, 5, 6]) protect(2, lastNight - night * DAY);
  for (const night of [20, 21]) protect(5, lastNight - night * DAY);
  const nightly = plan(1, acme, { name: 'nightly' });
  records.plans.set(nightly.planId, nightly);
  const groups = group(1, acme, {
    name: 'production',
    match: { instanceIds: [idOf(1), idOf(2), idOf(3)] },
    planId: nightly.planId,
  });
  records.vmGroups.set(groups.groupId, groups);
  for (const n of [1, 2, 3, 4])
    account.instances.push({
      ...{ instanceId: idOf(n), name: names[n - 1] ?? '', state: n === 4 ? 'stopped' : 'running' },
      ...{ platform: 'Linux/UNIX', availabilityZone: 'eu-central-1a', tags: {}, volumes: [] },
    });
  return { lastNight };
};

test('weeks of recovery points are looked through, and what is late or never was protected is seen', async (t) => {
  const api = await startApiServer(t);
  const { lastNight } = fill(api);
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = credentialsOf(ACME);
  const user = { accessKeyId, secretAccessKey };
  const { page, origin } = await visit(t, { apiUrl: api.url, region: 'eu-central-1', user });
  for (const row of [/shop.*Protected/, /orders.*Late.*4 days old/, /web-new.*Late.*never backed up/, /scratch.*Unpro/])
    await page.getByRole('row', { name: row }).waitFor();
  await checkAccess(page, 'instances of all kinds');
  await screenshot(page, 'instances');

  await page.getByRole('link', { name: 'shop', exact: true }).click();
  await page.getByRole('heading', { name: /^Recovery points of / }).waitFor();
  const week = dayOf(new Date(lastNight - 7 * DAY));
  await page.goto(`${origin}/instances/${idOf(1)}?day=${week}`);
  await page.getByRole('heading', { name: `Recovery points of ${week}` }).waitFor();
  assert.equal(await page.getByRole('link', { name: /^Restore the/ }).count(), 4);
  await checkAccess(page, 'a day of an instance');
  await screenshot(page, 'instance');

  // by keyboard: to the day before, and the address goes along
  await page.locator('[role=application] td[aria-selected=true], td[aria-selected=true]').first().focus();
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('Enter');
  const before = dayOf(new Date(Date.parse(week) - DAY + 12 * HOUR));
  await page.getByRole('heading', { name: `Recovery points of ${before}` }).waitFor();
  assert.equal(new URL(page.url()).searchParams.get('day'), before);
  await page.goBack();
  await page.getByRole('heading', { name: `Recovery points of ${week}` }).waitFor();

  await page
    .getByRole('row', { name: /backup-copy/ })
    .getByRole('link')
    .first()
    .click();
  await page.getByText(/^Locked until/).waitFor();
  await checkAccess(page, 'a locked recovery point');
  await screenshot(page, 'recovery-point');
  await page.getByRole('button', { name: /^Actions/ }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await page.getByRole('button', { name: 'Delete it' }).click();
  await page.getByText('This recovery point is locked: nobody can delete it now.').waitFor();
  await checkAccess(page, 'a refused deletion');

  // where a second person is asked, it says so
  api.world.records.hypervisors.set(acme.hypervisorId, { ...acme, approvals: 'two-person' });
  await page.goto(`${origin}/instances/${idOf(5)}`);
  await page.getByText('Gone, can be restored').waitFor();
  await page.getByRole('button', { name: /^Actions for/ }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await page.getByRole('button', { name: 'Delete it' }).click();
  await page.getByRole('checkbox', { name: 'Delete it even so' }).check();
  await page.getByRole('button', { name: 'Delete it' }).click();
  await page.getByText('Nothing was done yet: a second person has to approve it').waitFor();
  await checkAccess(page, 'a deletion waits');
  await page.getByRole('dialog').getByRole('button', { name: 'Close', exact: true }).last().click();

  // nobody is let into the account
  api.world.account.lost.add(ACME);
  await page.goto(`${origin}/instances`);
  await page.getByText('The account cannot be asked for its instances').waitFor();
  await page
    .getByRole('row', { name: /shop.*Protected/ })
    .first()
    .waitFor();
  await checkAccess(page, 'an account that cannot be asked');
  await screenshot(page, 'instances-not-reached');
});
