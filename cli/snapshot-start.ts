import type { Command } from 'commander';
import { type ConsistencyOptions, consistencyFields, consistencyOf, withConsistency } from './consistency.ts';
import { idempotencyOption, onTenant, openContext, TENANT_OPTION } from './context.ts';
import { jobStarted } from './job-started.ts';
import { given, queueDeadline } from './options.ts';
import { type SelectionOptions, selectionFields, selectionOf, withSelection } from './selection.ts';

interface Options extends SelectionOptions, ConsistencyOptions {
  readonly copyToRegion?: string;
  readonly copy?: boolean;
  readonly queueDeadline?: number;
  readonly wait?: boolean;
  readonly tenant?: string;
}

export const addSnapshotStart = (group: Command): void => {
  withConsistency(withSelection(group.command('start')))
    .description('take an IntelliSnap backup: EBS snapshots in the tenant account are the recovery point')
    .option('--copy', 'start a backup copy to the library as soon as the snapshots are taken')
    .option('--no-copy', 'start none, whatever the plan says')
    .option('--copy-to-region <region>', 'also copy the snapshots to this region')
    .option('--wait', 'watch the job until it ends')
    .addOption(queueDeadline())
    .addOption(idempotencyOption())
    .option(...TENANT_OPTION)
    .addHelpText(
      'after',
      `
Examples:
  $ holdfast snapshot start i-0123456789abcdef0 --application-consistent --copy
  $ holdfast snapshot start --group vmg-0199… --freeze 'fsfreeze -f /data' --thaw 'fsfreeze -u /data'`,
    )
    .action(async (instances: readonly string[], options: Options, command: Command) => {
      const context = openContext(command);
      const { route, params } = onTenant('startSnapshot', options.tenant);
      const { jobId } = await context.api.call(route, {
        params,
        body: {
          ...selectionOf(instances, options),
          ...given({
            consistency: consistencyOf(options),
            copyToRegion: options.copyToRegion,
            copyAtOnce: options.copy,
            queueDeadlineSeconds: options.queueDeadline,
          }),
        },
        fields: {
          ...selectionFields,
          ...consistencyFields,
          copyToRegion: '--copy-to-region',
          queueDeadlineSeconds: '--queue-deadline',
        },
      });
      await jobStarted(context, {
        jobId,
        what: 'Snapshot started',
        tenant: options.tenant,
        wait: options.wait === true,
      });
    });
};
