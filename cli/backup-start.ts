import { type Command, Option } from 'commander';
import { onTenant, openContext, TENANT_OPTION } from './context.ts';
import { jobStarted } from './job-started.ts';
import { wholeNumber } from './paging.ts';

interface Options {
  readonly full?: boolean;
  readonly queueDeadline?: number;
  readonly wait?: boolean;
  readonly tenant?: string;
}

export const addBackupStart = (group: Command): void => {
  group
    .command('start')
    .description('back instances up to the library: what changed since the last time, or everything')
    .argument('<instances...>', 'EC2 instance ids')
    .option('--full', 'read all data, not only what changed')
    .option('--wait', 'watch the job until it ends')
    .addOption(
      new Option(
        '--queue-deadline <seconds>',
        'fail if the work is not taken up in this time (default: 3600)',
      ).argParser(wholeNumber),
    )
    .option(...TENANT_OPTION)
    .addHelpText('after', '\nExample:\n  $ holdfast backup start i-0123456789abcdef0 i-0fedcba9876543210 --wait')
    .action(async (instances: readonly string[], options: Options, command: Command) => {
      const context = openContext(command);
      const { route, params } = onTenant('startBackup', options.tenant);
      const { jobId } = await context.api.call(route, {
        params,
        body: {
          instanceIds: instances.flatMap((text) => text.split(',')).filter((id) => id !== ''),
          level: options.full ? 'full' : 'incremental',
          ...(options.queueDeadline === undefined ? {} : { queueDeadlineSeconds: options.queueDeadline }),
        },
      });
      await jobStarted(context, { jobId, what: 'Backup', tenant: options.tenant, wait: options.wait === true });
    });
};
