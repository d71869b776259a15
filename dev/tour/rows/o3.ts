import assert from 'node:assert/strict';
import type { RestorePreview } from '../../../core/contracts/api.ts';
import { eventually } from '../eventually.ts';
import { runInstance } from '../instances.ts';
import { onlyInstance, pointOf, runJob, showPoint } from '../jobs.ts';
import type { Row } from '../row.ts';
import { jobOfSchedule, scheduledPlan } from '../scheduled-plan.ts';

export const o3: Row = {
  row: 'O3',
  title: 'backup copy of an IntelliSnap recovery point: at once, on a schedule, on demand',
  async run(tour) {
    const acme = await tour.acme();
    await tour.nodes();
    const scheduled = await scheduledPlan(tour, acme);
    const { instanceId } = await runInstance(tour, acme);

    const first = pointOf(await runJob(acme, 'snapshot', 'start', instanceId, '--copy'));
    const atOnce = await eventually(
      'the copy that was to follow at once',
      () => showPoint(acme, first),
      ({ copiedTo }) => copiedTo !== undefined,
    );
    const copy = await showPoint(acme, atOnce.copiedTo ?? '');
    assert.deepEqual([copy.kind, copy.copyOf, copy.state], ['backup-copy', first, 'available']);

    const second = pointOf(await runJob(acme, 'snapshot', 'start', instanceId));
    assert.equal((await showPoint(acme, second)).copiedTo, undefined);
    const onDemand = await runJob(acme, 'backup-copy', 'start', '--instance', instanceId);
    const { recoveryPointIds = [], volumes } = onlyInstance(onDemand);
    assert.equal(recoveryPointIds.length, 1, 'only what is not copied yet is copied');
    assert.equal((await showPoint(acme, recoveryPointIds[0] ?? '')).copyOf, second);
    assert.ok(
      volumes?.every(({ level }) => level === 'incremental'),
      'compared with the copy before it',
    );
    const nothing = await runJob(acme, 'backup-copy', 'start', '--instance', instanceId);
    assert.deepEqual(nothing.instances ?? [], [], 'nothing is left to copy');

    for (const from of ['snapshot', 'library'] as const) {
      const dryRun = ['restore', 'start', first, '--from', from, '--dry-run'];
      assert.equal((await acme.ask<RestorePreview>(dryRun)).from, from);
    }
    assert.equal((await acme.ask<RestorePreview>(['restore', 'start', first, '--dry-run'])).from, 'snapshot');

    const bySchedule = await jobOfSchedule(acme, scheduled, 'backup-copy');
    assert.deepEqual([bySchedule.trigger, bySchedule.state], ['schedule', 'completed']);
    return 'one copy followed its snapshot at once, one was made on demand (of what was not copied yet, changed blocks only; asked again, nothing is left), one by the plan’s schedule; snapshot and copy are two places of the same data, and a restore picks the nearer unless told';
  },
};
