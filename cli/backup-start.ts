import type { Command } from 'commander';
import type { VerifyDepth } from '../core/contracts/plans.ts';
import { idempotencyOption, onTenant, openContext, TENANT_OPTION } from './context.ts';
import { jobStarted } from './job-started.ts';
import { given, queueDeadline } from './options.ts';
import { type SelectionOptions, selectionFields, selectionOf, withSelection } from './selection.ts';
import { verifyOption } from './verify-option.ts';

interface Options extends SelectionOptions {
  readonly full?: boolean;
  readonly verify?: VerifyDepth;
  readonly queueDeadline?: number;
  readonly wait?: boolean;
  readonly tenant?: string;
}

export const addBackupStart = (group: Command): void => {
  withSelection(group.command('start'))
    .description('back instances up to the library: what changed since the last time, or everything')
    .option('--full', 'read all data, not only what changed')
    .addOption(verifyOption())
    .option('--wait', 'watch the job until it ends')
    .addOption(queueDeadline())
    .addOption(idempotencyOption())
    .option(...TENANT_OPTION)
    .addHelpText(
      'after',
      `
Examples:
  $ holdfast backup start i-0123456789abcdef0 i-0fedcba9876543210 --wait
  $ holdfast backup start --group vmg-0199… --full`,
    )
    .action(async (instances: readonly string[], options: Options, command: Command) => {
      const context = openContext(command);
      const { route, params } = onTenant('startBackup', options.tenant);
      const { jobId } = await context.api.call(route, {
        params,
        body: {
          ...selectionOf(instances, options),
          level: options.full ? 'full' : 'incremental',
          ...given({ verify: options.verify, queueDeadlineSeconds: options.queueDeadline }),
        },
        fields: { ...selectionFields, queueDeadlineSeconds: '--queue-deadline' },
      });
      await jobStarted(context, { jobId, what: 'Backup started', tenant: options.tenant, wait: options.wait === true });
    });
};
