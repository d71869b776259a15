import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { WaitsForApproval } from '../../../../cli/waits-for-approval.ts';
import { approverRoutes, tenantRoutes } from '../../../../core/contracts/api.ts';
import { endOf } from '../../jobs.ts';
import type { Run } from '../../run.ts';
import { runAsCloud } from '../../virtual/sim-process.ts';
import { jump } from '../../virtual/virtual-clock.ts';
import { approverOf } from '../approver.ts';
import type { CrashScenario } from '../crash-scenario.ts';
import { first } from '../first-tenant.ts';
import { planned, unplanned } from '../planned.ts';
import { jobsOfTenant, made } from '../restored.ts';
import { contentsOf } from '../stage.ts';

const MINUTE = 60_000;

/** As if EventBridge Scheduler had lost them. */
const loseSchedules = async (run: Run): Promise<void> => {
  const group = `holdfast-${run.world.place.stage}`;
  const { Schedules } = await run.aws<{ Schedules: { Name: string; GroupName: string }[] }>(
    'scheduler',
    'ListSchedules',
    {},
  );
  const ofPlans = Schedules.filter(({ GroupName }) => GroupName === group);
  assert.ok(ofPlans.length > 0, 'the plan has a schedule');
  for (const { Name } of ofPlans) await run.aws('scheduler', 'DeleteSchedule', { Name, groupName: group });
};

/** As its own schedule does: what fails is Lambda's to try again. */
const tick = (run: Run): Promise<void> =>
  runAsCloud(async () => {
    await run.aws('lambda', 'Invoke', {
      FunctionName: `holdfast-${run.world.place.stage}-tick`,
      InvocationType: 'Event',
      Payload: Buffer.from(JSON.stringify({ scheduledTime: new Date().toISOString() })),
    });
  });

const firstJob = async (run: Run): Promise<string> => {
  for (let looks = 0; looks < 500; looks++) {
    const [job] = await jobsOfTenant(run);
    if (job) return job.jobId;
    await sleep(5_000);
  }
  throw new Error('nothing is started');
};

export const upkeepScenarios: Readonly<Record<string, CrashScenario>> = {
  /** A plan's schedule starts nothing at its time: the tick catches up with it. */
  'missed-window': {
    machine: 'tick',
    stage: 'launched',
    only: /^(tick|start-scheduled-job)#/,
    async act(run, { instance }) {
      const then = contentsOf(run, instance);
      const plan = await planned(run, instance.instanceId, { expression: 'cron(0 * * * ? *)', timeZone: 'UTC' });
      // until the tick does not put its schedules again any more
      await sleep(15 * MINUTE);
      await loseSchedules(run);
      jump(75 * MINUTE);
      await tick(run);
      const jobId = await firstJob(run);
      await endOf(first(run), jobId);
      await unplanned(run, plan);
      return made(run, jobId, then);
    },
  },
  /** A deletion waits for a second person, who approves it: it is done once, whoever goes on with it. */
  approval: {
    machine: 'resume-approvals',
    stage: 'guarded',
    async act(run, { pointId }) {
      const params = { recoveryPointId: pointId as never };
      const asked = await first(run)
        .insist(tenantRoutes.deleteRecoveryPoint, { params, query: { evenNewest: 'true' } })
        .catch((error: unknown) => error);
      assert.ok(asked instanceof WaitsForApproval, `the deletion waits for nobody: ${JSON.stringify(asked)}`);
      const { approvalId } = asked.approval;
      const approver = await approverOf(run);
      const look = () => approver.insist(approverRoutes.getApproval, { params: { approvalId } });
      const { requestHash } = await look();
      // sent again, it may be told that it is under way: then it is looked at until it is over
      await approver
        .insist(approverRoutes.approve, { params: { approvalId }, body: { requestHash } })
        .catch(() => undefined);
      let state = '';
      for (let looks = 0; state !== 'done'; looks++) {
        ({ state } = await look());
        assert.ok(state === 'approved' || state === 'done', `it is ${state}`);
        assert.ok(looks < 200, `it is ${state} for ever`);
        if (state !== 'done') await sleep(30_000);
      }
      const point = await first(run).insist(tenantRoutes.getRecoveryPoint, { params });
      assert.equal(point.state, 'expired');
      return {};
    },
  },
};
