import { setTimeout as sleep } from 'node:timers/promises';
import { isTerminal } from '../../../core/domain/job.ts';
import { withCatalog } from '../ledger.ts';
import type { Run } from '../run.ts';

const LOOK_MS = 3_000;
/** Looks that must find nothing, one after the other: an execution's end is told by an event, which starts its cleanup. */
const CALM_LOOKS = 3;

/** Executions that run, past the gate. */
export const runningExecutions = async (run: Run): Promise<readonly string[]> => {
  const { stateMachines } = await run.aws<{ stateMachines: { stateMachineArn: string }[] }>(
    'states',
    'ListStateMachines',
    {},
  );
  const running: string[] = [];
  for (const { stateMachineArn } of stateMachines) {
    const { executions } = await run.aws<{ executions: { name: string }[] }>('states', 'ListExecutions', {
      stateMachineArn,
      statusFilter: 'RUNNING',
    });
    running.push(...executions.map(({ name }) => name));
  }
  return running;
};

/** Jobs and library runs that have not ended; a suspended job has, as long as nobody resumes it. */
const openWork = (run: Run): Promise<readonly string[]> =>
  withCatalog(run, async (catalog) => {
    const open: string[] = [];
    for (const { tenantId } of run.tenants) {
      const jobs = (await catalog.jobs.list(tenantId, { limit: 100 })).items;
      open.push(...jobs.filter(({ state }) => !isTerminal(state)).map(({ jobId }) => jobId));
      open.push(...(await catalog.libraryRuns.openOf(tenantId)).map(({ runId }) => runId));
    }
    return open;
  });

/** Waits until nothing goes on any more, at most so many virtual ms; answers what still does. */
export const quiet = async (run: Run, limitMs: number): Promise<readonly string[]> => {
  const end = Date.now() + limitMs;
  for (let calm = 0, pause = LOOK_MS; ; ) {
    const going = await runningExecutions(run);
    const open = going.length > 0 ? going : await openWork(run);
    calm = open.length > 0 ? 0 : calm + 1;
    if (calm === CALM_LOOKS) return [];
    if (Date.now() >= end) return open;
    await sleep(pause);
    // what takes hours need not be looked at each three seconds
    if (open.length > 0) pause = Math.min(60_000, pause * 1.1);
    else pause = LOOK_MS;
  }
};
