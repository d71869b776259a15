import assert from 'node:assert/strict';
import type { PlanView } from '../../../core/contracts/plans.ts';
import type { Row } from '../row.ts';
import { jobOfSchedule, jobsOfPlan, scheduledPlan } from '../scheduled-plan.ts';

interface Schedule {
  readonly State: string;
  readonly ScheduleExpression: string;
  readonly ScheduleExpressionTimezone: string;
}

export const t1: Row = {
  row: 'T1',
  title: 'EventBridge Scheduler starts backups as plans say',
  async run(tour) {
    const { local } = tour;
    const acme = await tour.acme();
    const groupName = `holdfast-${local.place.stage}`;
    const schedule = (planId: string) =>
      tour.aws<Schedule>('scheduler', 'GetSchedule', { Name: `${planId}-backup`, groupName });
    const scheduled = await scheduledPlan(tour, acme);

    const { planId } = await acme.ask<PlanView>([
      ...['plan', 'add', 'nightly', '--schedule', 'cron(0 2 * * ? *)', '--time-zone', 'Europe/Berlin'],
    ]);
    try {
      const made = await schedule(planId);
      assert.deepEqual(
        [made.State, made.ScheduleExpression, made.ScheduleExpressionTimezone],
        ['ENABLED', 'cron(0 2 * * ? *)', 'Europe/Berlin'],
      );
      await acme.ask(['plan', 'change', planId, '--pause']);
      assert.equal((await schedule(planId)).State, 'DISABLED', 'a paused plan’s schedule stands still');
      // Another time of the day: a rate would start a job at once, and no plan is removed while a job of it is open.
      await acme.ask(['plan', 'change', planId, '--unpause', '--schedule', 'cron(30 3 * * ? *)']);
      const changed = await schedule(planId);
      assert.deepEqual([changed.State, changed.ScheduleExpression], ['ENABLED', 'cron(30 3 * * ? *)']);
    } finally {
      await acme.ask(['plan', 'remove', planId]);
    }
    await assert.rejects(schedule(planId), 'the schedule goes with its plan');

    const job = await jobOfSchedule(acme, scheduled, 'snapshot');
    assert.deepEqual([job.trigger, job.state], ['schedule', 'completed']);
    assert.deepEqual(
      job.instances?.map(({ instanceId }) => instanceId),
      [scheduled.instanceId],
    );
    const late = Date.parse(job.createdAt) - scheduled.dueAt;
    assert.ok(late >= 0 && late < 60_000, `it was started ${late} ms after it was due`);
    const snapshots = async () => (await jobsOfPlan(acme, scheduled)).filter(({ type }) => type === 'snapshot');
    const before = await snapshots();
    // Scheduler delivers at least once: the same time again is the same job.
    await tour.aws('lambda', 'Invoke', {
      FunctionName: `holdfast-${local.place.stage}-start-scheduled-job`,
      Payload: Buffer.from(
        JSON.stringify({
          hypervisorId: acme.hypervisorId,
          planId: scheduled.planId,
          action: 'backup',
          scheduledTime: new Date(scheduled.dueAt).toISOString(),
        }),
      ),
    });
    assert.equal((await snapshots()).length, before.length, 'delivered twice it is one job');
    return `schedules were made, paused, changed and removed with their plan; one started its plan’s job ${(late / 1_000).toFixed(1)} s after it was due, and a second delivery of the same time started none`;
  },
};
