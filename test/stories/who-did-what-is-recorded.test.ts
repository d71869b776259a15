import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { operatorRoutes, tenantRoutes } from '../../core/contracts/api.ts';
import type { AuditEntry } from '../../core/contracts/audit.ts';
import { runCli } from '../../dev/cli.ts';
import { invoke, run } from './tenant-days.ts';
import { instanceWithData, openWorld } from './world.ts';

test('after a backup the audit log says who asked and which node got what; it is exported, verified, and anchored', async (t) => {
  const world = await openWorld(t);
  const [acme, bolt] = world.tenants;
  const { local } = world;
  const instance = await instanceWithData(world, acme, [3], { seed: 5, mibPerPage: 2 });
  const { jobId } = await run(world, acme, 'startBackup', { instanceIds: [instance.instanceId] });
  await assert.rejects(bolt.api.call(tenantRoutes.getJob, { params: { jobId } }));

  const operator = (args: readonly string[]) => runCli(local, local.accounts.operator, ['audit', ...args]);
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-audit-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'audit.ndjson');

  await t.test('every change, every order and every refusal is in it, with its tenant', async () => {
    const { items } = await world.operator.call(operatorRoutes.listAuditEntries, {
      query: { limit: 500, order: 'oldest' },
    });
    const entries = items as AuditEntry[];
    const of = (operation: string) => entries.filter(({ what }) => what.operation === operation);
    const added = of('POST /operator/hypervisors').map(({ outcome }) => outcome);
    assert.deepEqual(added, ['Asked', 'Done', 'Asked', 'Done', 'Asked', 'Done'], 'before and after');
    assert.equal(of('PUT /operator/hypervisors/{hypervisorId}/binding').length >= 2, true);
    const [backup] = of('POST /backups');
    assert.deepEqual([backup?.who.kind, backup?.what.tenantId], ['tenant', acme.hypervisorId]);
    assert.ok(backup?.what.subjects.includes(jobId));
    assert.ok(backup?.who.principal.includes(acme.accountId));
    assert.match(backup?.from.sourceIp ?? '', /\d/);
    const claims = of('broker: claimOrder').filter(({ outcome }) => outcome === 'Done');
    assert.ok(claims.length >= 2, `${claims.length} orders`);
    for (const { who, what } of claims) {
      assert.match(who.principal, /^node-/);
      assert.equal(what.tenantId, acme.hypervisorId);
      assert.match(what.detail ?? '', new RegExp(jobId));
    }
    const refused = entries.filter(({ allowed }) => !allowed);
    assert.deepEqual(
      refused
        .filter(({ who }) => who.kind === 'tenant')
        .map(({ who, what }) => [who.accountId, what.operation, what.subjects]),
      [[bolt.accountId, 'GET /jobs/{jobId}', [jobId]]],
    );
  });

  await t.test('an export is whole, and one word that is changed in it is found', async () => {
    assert.equal((await operator(['export', '--output', file])).exitCode, 0);
    const whole = await operator(['verify', file]);
    assert.equal(whole.exitCode, 0, whole.stderr);
    const text = readFileSync(file, 'utf8');
    const at = text.split('\n').findIndex((line) => line.includes('POST /backups'));
    writeFileSync(file, text.replace(acme.accountId, bolt.accountId).replace('POST /backups', 'POST /restores'));
    const broken = await operator(['verify', file]);
    assert.equal(broken.exitCode, 1);
    assert.match(broken.stderr, /Entry \d+: it was changed/);
    assert.ok(Number(/Entry (\d+)/.exec(broken.stderr)?.[1]) <= at + 1);
  });

  await t.test('the tick keeps its head in the library’s bucket, by its own role', async () => {
    const hour = Math.floor(Date.now() / 3_600_000) * 3_600_000;
    const { problems } = (await invoke(world, 'tick', { scheduledTime: new Date(hour).toISOString() })) as {
      problems: string[];
    };
    assert.deepEqual(problems, []);
    const { items } = await world.operator.call(operatorRoutes.listAuditAnchors, {});
    assert.equal(items.length, 1);
    const live = await operator(['verify']);
    assert.equal(live.exitCode, 0, live.stderr);
    assert.match(live.stdout, /and 1 anchor that fit/);
  });
});
