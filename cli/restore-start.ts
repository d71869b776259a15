import { type Command, Option } from 'commander';
import { Purpose, Transport } from '../core/contracts/plans.ts';
import { idempotencyOption, onTenant, openContext, TENANT_OPTION } from './context.ts';
import { jobStarted } from './job-started.ts';
import { refuseOperatorsOwn } from './operators-own.ts';
import { given, queueDeadline } from './options.ts';
import { type TargetOptions, targetFields, targetOf, withTarget } from './restore-target.ts';
import { showPreview } from './show-preview.ts';

interface Options extends TargetOptions {
  readonly from?: 'nearest' | 'snapshot' | 'library';
  readonly volumeTags?: 'leave-out' | 'restore';
  readonly kmsKey?: string;
  readonly purpose?: Purpose;
  readonly transport?: Transport;
  readonly queueDeadline?: number;
  readonly dryRun?: boolean;
  readonly wait?: boolean;
  readonly tenant?: string;
}

const EXAMPLES = `
Examples:
  $ holdfast restore start rp-0199… --subnet subnet-0123456789abcdef0 --wait
  $ holdfast restore start rp-0199… --in-place --overwrite --dry-run
  $ holdfast restore start rp-0199… --volumes --volume vol-0123456789abcdef0 --zone eu-central-1a
  $ holdfast restore start rp-0199… --attach-to i-0123456789abcdef0 --device vol-0123456789abcdef0=/dev/sdf`;

const bodyOf = (recoveryPointId: string, options: Options) => ({
  recoveryPointId,
  target: targetOf(options),
  ...given({
    from: options.from,
    volumeTags: options.volumeTags,
    kmsKeyId: options.kmsKey,
    purpose: options.purpose,
    transport: options.transport,
    queueDeadlineSeconds: options.queueDeadline,
  }),
});

const fields = {
  ...targetFields,
  recoveryPointId: '<recovery point>',
  kmsKeyId: '--kms-key',
  queueDeadlineSeconds: '--queue-deadline',
};

export const addRestoreStart = (group: Command): void => {
  withTarget(group.command('start'))
    .description('bring back a whole instance, the instance itself, or volumes, from a recovery point')
    .argument('<recovery point>', 'its id: holdfast recovery-point list')
    .optionsGroup('Options:')
    .option('--dry-run', 'show what would be made, replaced and left out, and by which rules; do nothing')
    .addOption(
      new Option('--from <place>', 'where the data is taken from, if it is in two places (default: nearest)').choices([
        'nearest',
        'snapshot',
        'library',
      ]),
    )
    .addOption(
      new Option(
        '--volume-tags <how>',
        'tags of the volumes (default: leave-out from the library, restore from a snapshot)',
      ).choices(['leave-out', 'restore']),
    )
    .option('--kms-key <key>', 'encrypt the restored volumes with this KMS key (default: as they were)')
    .addOption(new Option('--purpose <purpose>', 'what it is for (default: restore)').choices(Purpose.options))
    .option('--wait', 'watch the job until it ends')
    .addOption(queueDeadline())
    .addOption(idempotencyOption())
    .optionsGroup('Operators:')
    .option(...TENANT_OPTION)
    .addOption(
      new Option('--transport <mode>', 'with --tenant: how the data moves (default: ebs-direct)').choices(
        Transport.options,
      ),
    )
    .optionsGroup('Options:')
    .addHelpText('after', EXAMPLES)
    .action(async (recoveryPointId: string, options: Options, command: Command) => {
      refuseOperatorsOwn(options);
      const context = openContext(command);
      const { tenant, dryRun, wait } = options;
      const body = bodyOf(recoveryPointId, options);
      if (dryRun) {
        const { route, params } = onTenant('previewRestore', tenant);
        return showPreview(context.screen, await context.api.call(route, { params, body, fields }));
      }
      const { route, params } = onTenant('startRestore', tenant);
      const { jobId } = await context.api.call(route, { params, body, fields });
      await jobStarted(context, { jobId, what: 'Restore started', tenant, wait: wait === true });
    });
};
