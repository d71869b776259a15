import assert from 'node:assert/strict';
import { EXIT } from '../../cli/exit-codes.ts';
import { type RestorePreview, tenantRoutes } from '../../core/contracts/api.ts';
import { runInstance } from './instances.ts';
import { anyPoint } from './jobs.ts';
import type { Tour } from './world.ts';

interface Terms {
  readonly rule: 'O7' | 'O8';
  readonly purpose: 'replication' | 'conversion';
  readonly transport: 'hotadd' | 'import-export';
}

/**
 * Refused for plan and restore, and shown by a dry run; what the rules allow is not available. A tenant cannot even ask: how
 * data moves is no field of its requests (A5).
 */
export const assertRefusedByRule = async (tour: Tour, { rule, purpose, transport }: Terms): Promise<void> => {
  const { operator } = tour;
  const [acme, service] = [await tour.acme(), await tour.service()];
  const pointId = await anyPoint(acme, async () => (await runInstance(tour, acme)).instanceId);
  const terms = ['--purpose', purpose, '--transport', transport];
  const onAcme = ['--tenant', acme.hypervisorId];

  for (const command of [
    ['plan', 'add', `tour ${rule}`],
    ['restore', 'start', pointId],
  ]) {
    const refusal = await operator.refused([...command, ...terms, ...onAcme]);
    assert.equal(refusal.code, 'RuleViolated', `${rule} refuses: ${refusal.detail}`);
    assert.ok(refusal.detail.startsWith(`${rule}: `), refusal.detail);
    assert.match(refusal.detail, new RegExp(`needs an access node in ${acme.accountId}`));
    assert.ok(refusal.detail.includes(service.accountId));
  }
  for (const route of [tenantRoutes.startRestore, tenantRoutes.previewRestore]) {
    const body = { recoveryPointId: pointId, purpose, transport };
    await assert.rejects(acme.api.call(route, { body }), { name: 'InvalidRequest', field: 'transport' });
  }
  const own = await acme.run(['restore', 'start', pointId, ...terms]);
  assert.equal(own.exitCode, EXIT.usage, own.stderr);
  assert.match(own.stderr, /your provider’s business/);

  const dryRun = await operator.run(['restore', 'start', pointId, ...terms, ...onAcme, '--dry-run', '--json']);
  assert.equal(dryRun.exitCode, EXIT.refused, dryRun.stderr);
  const { allowed, rules } = JSON.parse(dryRun.stdout) as RestorePreview;
  assert.equal(allowed, false);
  assert.equal(rules.find((each) => each.rule === rule)?.outcome, 'refused');

  const direct = await operator.refused(['restore', 'start', pointId, '--purpose', purpose, ...onAcme]);
  assert.equal(direct.code, 'NotAvailable', 'allowed by the rules, and not built yet');
};
