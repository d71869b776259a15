import type { Command } from 'commander';
import { CliError, usageError } from './cli-error.ts';
import { type Context, onNamedTenant, onTenant, openContext, TENANT_OPTION } from './context.ts';
import { EXIT } from './exit-codes.ts';
import { showJob } from './show-job.ts';
import { showPath } from './show-path.ts';

interface Options {
  readonly path?: boolean;
  readonly state?: string;
  readonly instance?: string;
  readonly tenant?: string;
}

const readPath = ({ api }: Context, jobId: string, tenant: string, { state, instance }: Options = {}) => {
  const { route, params } = onNamedTenant('getJobPath', tenant);
  return api.call(route, { params: { ...params, jobId }, query: { state, instance } });
};

export const addJobShow = (group: Command): void => {
  group
    .command('show')
    .description('one job with its instances, what was moved, and what went wrong')
    .argument('<job>', 'its id')
    .option('--path', 'operators: only the states that it went through, all of them, with times')
    .option('--state <name>', 'with --path: also what went into the state of this name, and what came out')
    .option('--instance <id>', 'with --state: of this instance only')
    .option(...TENANT_OPTION)
    .addHelpText(
      'after',
      `
With --tenant, also the path that its execution took through its states, those of failed instances in full.

Examples:
  $ holdfast job show job-0199…
  $ holdfast job show job-0199… --tenant hv-0199… --path
  $ holdfast job show job-0199… --tenant hv-0199… --path --state 'Plan the transfer'`,
    )
    .action(async (jobId: string, options: Options, command: Command) => {
      const { path, tenant, state, instance } = options;
      const context = openContext(command);
      const { api, screen } = context;
      if (path && tenant === undefined) {
        throw usageError('Only operators see the path of a job.', {
          field: '--path',
          remedy: 'Operators: name the tenant with --tenant. Others: leave --path out.',
        });
      }
      if (state !== undefined && !path)
        throw usageError('What went into a state is told of a path.', { field: '--state', remedy: 'Say --path, too.' });
      if (instance !== undefined && state === undefined)
        throw usageError('Of an instance, what went into a state is told.', {
          field: '--instance',
          remedy: 'Name the state with --state.',
        });
      if (path && tenant !== undefined) {
        const states = await readPath(context, jobId, tenant, options);
        return screen.json ? screen.value(states) : showPath(screen, states, 'all');
      }
      const { route, params } = onTenant('getJob', tenant);
      const job = await api.call(route, { params: { ...params, jobId } });
      if (screen.json) return screen.value(job);
      showJob(screen, job, tenant);
      if (tenant === undefined || job.executionArn === undefined) return;
      screen.line();
      try {
        showPath(screen, await readPath(context, jobId, tenant), 'failures');
      } catch (error) {
        // Step Functions forgets an execution after 90 days; the job's record stays
        if (!(error instanceof CliError && error.exitCode === EXIT.refused)) throw error;
        screen.line(screen.colors.dim(`Its path is not there any more: ${error.message}`));
      }
    });
};
