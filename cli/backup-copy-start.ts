import type { Command } from 'commander';
import type { VerifyDepth } from '../core/contracts/plans.ts';
import { idempotencyOption, onTenant, openContext, TENANT_OPTION } from './context.ts';
import { jobStarted } from './job-started.ts';
import { given, queueDeadline, repeatable } from './options.ts';
import { type SelectionOptions, selectionFields, selectionOf } from './selection.ts';
import { verifyOption } from './verify-option.ts';

interface Options extends SelectionOptions {
  readonly instance?: readonly string[];
  readonly verify?: VerifyDepth;
  readonly queueDeadline?: number;
  readonly wait?: boolean;
  readonly tenant?: string;
}

export const addBackupCopyStart = (group: Command): void => {
  group
    .command('start')
    .description('copy the data of snapshot recovery points to the library; what is copied already is left out')
    .argument('[recovery points...]', 'recovery points of kind snapshot')
    .addOption(repeatable('--instance <id>', 'every one of this instance that is not copied yet (repeatable)'))
    .addOption(repeatable('--group <id>', 'every one of this VM group’s instances (repeatable)'))
    .option('--plan <id>', 'every one of what this plan protects')
    .addOption(verifyOption())
    .option('--wait', 'watch the job until it ends')
    .addOption(queueDeadline())
    .addOption(idempotencyOption())
    .option(...TENANT_OPTION)
    .addHelpText(
      'after',
      `
Examples:
  $ holdfast backup-copy start rp-0199… --wait
  $ holdfast backup-copy start --plan plan-0199…`,
    )
    .action(async (points: readonly string[], options: Options, command: Command) => {
      const context = openContext(command);
      const { route, params } = onTenant('startBackupCopy', options.tenant);
      const { jobId } = await context.api.call(route, {
        params,
        body: {
          recoveryPointIds: points.flatMap((text) => text.split(',')).filter((id) => id !== ''),
          ...selectionOf(options.instance ?? [], options),
          ...given({ verify: options.verify, queueDeadlineSeconds: options.queueDeadline }),
        },
        fields: {
          ...selectionFields,
          instanceIds: '--instance',
          recoveryPointIds: '<recovery points>',
          queueDeadlineSeconds: '--queue-deadline',
        },
      });
      await jobStarted(context, {
        jobId,
        what: 'Backup copy started',
        tenant: options.tenant,
        wait: options.wait === true,
      });
    });
};
