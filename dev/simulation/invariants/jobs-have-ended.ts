import { isTerminal } from '../../../core/domain/job.ts';
import type { Invariant } from './invariant.ts';

/** No job in limbo: neither on its record nor as an execution. */
export const jobsHaveEnded: Invariant = {
  name: 'jobs have ended',
  async check(run, ledgers) {
    const open = ledgers.flatMap(({ jobs }) =>
      jobs.filter(({ state }) => !isTerminal(state)).map(({ jobId, type, state }) => `${type} ${jobId} is ${state}`),
    );
    const children = ledgers.flatMap(({ jobs, children }) =>
      children
        .filter(({ phase }) => !['done', 'failed', 'cancelled', 'skipped'].includes(phase))
        .filter(({ jobId }) => jobs.some((job) => job.jobId === jobId && isTerminal(job.state)))
        .map(({ jobId, instanceId, phase }) => `${instanceId} of the ended job ${jobId} is in phase ${phase}`),
    );
    const { stateMachines } = await run.aws<{ stateMachines: { stateMachineArn: string }[] }>(
      'states',
      'ListStateMachines',
      {},
    );
    const executions: string[] = [];
    for (const { stateMachineArn } of stateMachines) {
      const { executions: running } = await run.aws<{ executions: { name: string }[] }>('states', 'ListExecutions', {
        stateMachineArn,
        statusFilter: 'RUNNING',
      });
      executions.push(...running.map(({ name }) => `execution ${name} of ${stateMachineArn} runs`));
    }
    return [...open, ...children, ...executions];
  },
};
