import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { CliError } from '../../../../cli/cli-error.ts';
import { tenantRoutes } from '../../../../core/contracts/api.ts';
import { work } from '../../instances.ts';
import { startBackup, startCopy } from '../../jobs.ts';
import type { Run } from '../../run.ts';
import type { CrashScenario } from '../crash-scenario.ts';
import { first } from '../first-tenant.ts';
import { made } from '../restored.ts';
import { contentsOf, type Facts, ofInstance } from '../stage.ts';
import { stopExecutionOf } from '../stages.ts';

/** The point that the job made holds what the instance held when it began. */
const backup = (level: 'full' | 'incremental') => async (run: Run, facts: Facts) => {
  const then = contentsOf(run, facts.instance);
  const jobId = await startBackup(first(run), [facts.instance.instanceId], level);
  return made(run, jobId, then);
};

const snapshot = (more: object) => async (run: Run, facts: Facts) => {
  const then = contentsOf(run, facts.instance);
  const { jobId } = await first(run).insist(tenantRoutes.startSnapshot, {
    body: { instanceIds: [facts.instance.instanceId as never], ...more },
  });
  return made(run, jobId, then);
};

/** A full backup that has begun to move data, in most cases. */
const underWay = async (run: Run, { instance }: Facts): Promise<string> => {
  const jobId = await startBackup(first(run), [instance.instanceId], 'full');
  await sleep(4_000);
  return jobId;
};

/** Whether it was done: a job may have completed before somebody could ask again whose first request died. */
const ask = async (run: Run, what: 'cancelJob' | 'suspendJob' | 'resumeJob', jobId: string): Promise<boolean> => {
  const params = { jobId: jobId as never };
  try {
    await first(run).insist(tenantRoutes[what], { params });
    return true;
  } catch (error) {
    if (!(error instanceof CliError && error.problem?.status === 409)) throw error;
    const { state } = await first(run).insist(tenantRoutes.getJob, { params });
    assert.equal(state, 'completed', `${what} was refused: ${error.message}`);
    return false;
  }
};

export const jobScenarios: Readonly<Record<string, CrashScenario>> = {
  'backup-full': { machine: 'backup', stage: 'launched', act: backup('full') },
  'backup-incremental': { machine: 'backup', stage: 'backed-up', act: backup('incremental') },
  snapshot: {
    machine: 'snapshot',
    stage: 'launched',
    act: snapshot({ consistency: { kind: 'application', freeze: 'fsfreeze -f /data', thaw: 'fsfreeze -u /data' } }),
  },
  'snapshot-to-region': { machine: 'snapshot', stage: 'launched', act: snapshot({ copyToRegion: 'eu-west-1' }) },
  'backup-copy': {
    machine: 'backup-copy',
    stage: 'snapshot-taken',
    async act(run, facts) {
      const jobId = await startCopy(first(run), [facts.instance.instanceId]);
      return made(run, jobId, ofInstance(facts));
    },
  },
  cancel: {
    machine: 'clean-up',
    stage: 'launched',
    async act(run, facts) {
      const jobId = await underWay(run, facts);
      await ask(run, 'cancelJob', jobId);
      return { jobs: [jobId], end: 'cancelled' };
    },
  },
  'suspend-and-resume': {
    machine: 'backup',
    stage: 'launched',
    async act(run, facts) {
      const then = contentsOf(run, facts.instance);
      const jobId = await underWay(run, facts);
      if (!(await ask(run, 'suspendJob', jobId))) return made(run, jobId, then);
      const state = async () =>
        (await first(run).insist(tenantRoutes.getJob, { params: { jobId: jobId as never } })).state;
      for (let looks = 0; (await state()) !== 'suspended'; looks++) {
        assert.ok(looks < 500, `it is ${await state()}, and never suspended`);
        await sleep(5_000);
      }
      await work(run, facts.instance, 1);
      const later = { since: Date.now(), content: contentsOf(run, facts.instance) };
      await ask(run, 'resumeJob', jobId);
      // suspended before its snapshots were known to be taken, it takes others
      return made(run, jobId, then, later);
    },
  },
  stopped: {
    machine: 'clean-up',
    stage: 'launched',
    async act(run, facts) {
      const jobId = await underWay(run, facts);
      await stopExecutionOf(run, 'backup', `${jobId}-1`).catch(() => undefined);
      return { jobs: [jobId], end: 'failed JobStopped' };
    },
  },
};
