import type { Command } from 'commander';
import { idempotencyOption, onTenant, openContext, TENANT_OPTION } from './context.ts';
import { jobStarted } from './job-started.ts';

export const addJobRetry = (group: Command): void => {
  group
    .command('retry')
    .description('try a job’s failed and cancelled instances again; those that are done stay as they are')
    .argument('<job>', 'its id; it must have ended')
    .option('--wait', 'watch the job until it ends')
    .addOption(idempotencyOption())
    .option(...TENANT_OPTION)
    .addHelpText('after', '\nExample:\n  $ holdfast job retry job-0199… --wait')
    .action(async (jobId: string, options: { readonly tenant?: string; readonly wait?: boolean }, command: Command) => {
      const context = openContext(command);
      const { route, params } = onTenant('retryJob', options.tenant);
      const job = await context.api.call(route, { params: { ...params, jobId } });
      await jobStarted(context, { job, what: 'Trying again', tenant: options.tenant, wait: options.wait === true });
    });
};
