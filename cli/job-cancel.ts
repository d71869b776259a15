import type { Command } from 'commander';
import { idempotencyOption, onTenant, openContext, TENANT_OPTION } from './context.ts';
import { watchJob } from './watch-job.ts';

export const addJobCancel = (group: Command): void => {
  group
    .command('cancel')
    .description('stop a job; what it has made so far is taken away again')
    .argument('<job>', 'its id')
    .option('--wait', 'until it has ended')
    .addOption(idempotencyOption())
    .option(...TENANT_OPTION)
    .addHelpText('after', '\nExample:\n  $ holdfast job cancel job-0199…')
    .action(async (jobId: string, options: { readonly tenant?: string; readonly wait?: boolean }, command: Command) => {
      const context = openContext(command);
      const { api, screen } = context;
      const { route, params } = onTenant('cancelJob', options.tenant);
      const job = await api.call(route, { params: { ...params, jobId } });
      if (!screen.json) screen.line(`Cancelling ${job.jobId} (${job.type}).`);
      if (options.wait) return watchJob(context, { jobId, tenant: options.tenant, announce: false, goal: 'cancelled' });
      if (screen.json) screen.value(job);
    });
};
