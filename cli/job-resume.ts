import type { Command } from 'commander';
import { idempotencyOption, onTenant, openContext, TENANT_OPTION } from './context.ts';
import { jobStarted } from './job-started.ts';

export const addJobResume = (group: Command): void => {
  group
    .command('resume')
    .description('go on with a suspended job: only what is not done yet is done')
    .argument('<job>', 'its id')
    .option('--wait', 'watch the job until it ends')
    .addOption(idempotencyOption())
    .option(...TENANT_OPTION)
    .addHelpText('after', '\nExample:\n  $ holdfast job resume job-0199… --wait')
    .action(async (jobId: string, options: { readonly tenant?: string; readonly wait?: boolean }, command: Command) => {
      const context = openContext(command);
      const { route, params } = onTenant('resumeJob', options.tenant);
      const job = await context.api.call(route, { params: { ...params, jobId } });
      await jobStarted(context, { job, what: 'Resumed', tenant: options.tenant, wait: options.wait === true });
    });
};
