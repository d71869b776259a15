import type { Command } from 'commander';
import { idempotencyOption, onTenant, openContext, TENANT_OPTION } from './context.ts';
import { watchJob } from './watch-job.ts';

export const addJobSuspend = (group: Command): void => {
  group
    .command('suspend')
    .description('stop a job for now; what it has done so far is kept, and resume goes on from there')
    .argument('<job>', 'its id')
    .option('--wait', 'until it stands still')
    .addOption(idempotencyOption())
    .option(...TENANT_OPTION)
    .addHelpText('after', '\nExample:\n  $ holdfast job suspend job-0199…')
    .action(async (jobId: string, options: { readonly tenant?: string; readonly wait?: boolean }, command: Command) => {
      const context = openContext(command);
      const { api, screen } = context;
      const { route, params } = onTenant('suspendJob', options.tenant);
      const job = await api.call(route, { params: { ...params, jobId } });
      if (!screen.json) screen.line(`Suspending ${job.jobId} (${job.type}).`);
      if (options.wait) return watchJob(context, { jobId, tenant: options.tenant, announce: false, goal: 'suspended' });
      if (screen.json) screen.value(job);
    });
};
