import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { operatorTenantPrefix, operatorTenantRoutes } from '../../../../core/contracts/api.ts';
import { endOf } from '../../jobs.ts';
import { jump } from '../../virtual/virtual-clock.ts';
import type { CrashScenario } from '../crash-scenario.ts';
import { first } from '../first-tenant.ts';
import { planned, unplanned } from '../planned.ts';
import { jobsOfTenant, made } from '../restored.ts';
import { contentsOf } from '../stage.ts';
import { startReap } from '../sweep.ts';

type Task = 'check' | 'prune' | 'rotate-key' | 'extend-locks';

const libraryRun = (stage: 'backed-up' | 'prunable', task: Task, afterMs = 0): CrashScenario => ({
  machine: 'library-run',
  stage,
  async act(run) {
    jump(afterMs);
    const route = operatorTenantRoutes.startLibraryRun;
    const accepted = await run.operator.insist({ ...route, path: `${operatorTenantPrefix}${route.path}` } as const, {
      params: { hypervisorId: first(run).tenantId as never },
      body: { task },
    });
    return { runs: [(accepted as { runId: string }).runId] };
  },
});

const HOUR = 3_600_000;
/** A lock ends within an epoch of 30 days and the lead of 10. */
const LOCKS_END_MS = 35 * 24 * HOUR;

export const serviceScenarios: Readonly<Record<string, CrashScenario>> = {
  'library-check': libraryRun('backed-up', 'check'),
  'library-prune': libraryRun('prunable', 'prune'),
  'library-rotate-key': libraryRun('backed-up', 'rotate-key'),
  /** When the locks of what the backup wrote end soon. */
  /** When the locks of what the backup wrote end soon. */
  'library-extend-locks': { ...libraryRun('backed-up', 'extend-locks', LOCKS_END_MS), locked: true },
  /** A plan is made, its schedule starts one job, the plan is removed. */
  'scheduled-job': {
    machine: 'start-scheduled-job',
    stage: 'launched',
    async act(run, { instance }) {
      const then = contentsOf(run, instance);
      const plan = await planned(run, instance.instanceId, { expression: 'rate(12 hours)', timeZone: 'UTC' });
      let jobs = await jobsOfTenant(run);
      for (let looks = 0; jobs.length === 0; looks++) {
        assert.ok(looks < 200, 'the schedule starts nothing');
        await sleep(5_000);
        jobs = await jobsOfTenant(run);
      }
      await endOf(first(run), (jobs as readonly [{ jobId: string }])[0].jobId);
      await unplanned(run, plan);
      const [{ jobId }] = jobs as [{ jobId: string }];
      return made(run, jobId, then);
    },
  },
  /** What a crash left behind, and its cleanup never took away. */
  reap: {
    machine: 'reap',
    stage: 'left-behind',
    async act(run, { jobId = '' }) {
      jump(5 * HOUR);
      await startReap(run);
      return { jobs: [jobId], end: 'failed JobStopped' };
    },
  },
};
