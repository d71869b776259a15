import type { Command } from 'commander';
import { openContext, TENANT_OPTION } from './context.ts';
import { watchJob } from './watch-job.ts';

export const addJobWatch = (group: Command): void => {
  group
    .command('watch')
    .description('follow a job until it ends: phase, data, rate and time left of each instance')
    .argument('<job>', 'its id')
    .option(...TENANT_OPTION)
    .addHelpText(
      'after',
      `
With --json, shows nothing until the job has ended, then the job.
Exit code 0 if it completed, 1 if it did not.

Example:
  $ holdfast job watch job-0199…`,
    )
    .action(async (jobId: string, options: { readonly tenant?: string }, command: Command) => {
      await watchJob(openContext(command), { jobId, tenant: options.tenant, announce: true });
    });
};
