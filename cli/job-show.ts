import type { Command } from 'commander';
import { onTenant, openContext, TENANT_OPTION } from './context.ts';
import { showJob } from './show-job.ts';

export const addJobShow = (group: Command): void => {
  group
    .command('show')
    .description('one job with its instances, what was moved, and what went wrong')
    .argument('<job>', 'its id')
    .option(...TENANT_OPTION)
    .addHelpText('after', '\nExample:\n  $ holdfast job show job-0199…')
    .action(async (jobId: string, options: { readonly tenant?: string }, command: Command) => {
      const { api, screen } = openContext(command);
      const { route, params } = onTenant('getJob', options.tenant);
      const job = await api.call(route, { params: { ...params, jobId } });
      if (screen.json) screen.value(job);
      else showJob(screen, job, options.tenant);
    });
};
