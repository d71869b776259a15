import type { Command } from 'commander';
import { CliError } from './cli-error.ts';
import { confirm, POINTS_DO_NOT_COME_BACK } from './confirm.ts';
import { onTenant, openContext, TENANT_OPTION } from './context.ts';
import { EXIT } from './exit-codes.ts';
import { time } from './units.ts';

interface Options {
  readonly evenNewest?: boolean;
  readonly yes?: boolean;
  readonly tenant?: string;
}

export const addRecoveryPointDelete = (group: Command): void => {
  group
    .command('delete')
    .description('delete one recovery point by hand, before its retention is over')
    .argument('<recovery point>', 'its id')
    .option('--even-newest', 'also if it is the newest of its instance, or the next incremental backup needs it')
    .option('--yes', 'do not ask')
    .option(...TENANT_OPTION)
    .addHelpText(
      'after',
      `
One that is under legal hold, locked or read by a job is not deleted. Where two-person approval is on, it is deleted when a
second person has approved it.

Example:
  $ holdfast recovery-point delete rp-0199… --yes`,
    )
    .action(async (recoveryPointId: string, { evenNewest, yes, tenant }: Options, command: Command) => {
      const { api, screen } = openContext(command);
      if (!yes) {
        const shown = onTenant('getRecoveryPoint', tenant);
        const point = await api.call(shown.route, { params: { ...shown.params, recoveryPointId } });
        const question = `Delete the ${point.kind} recovery point of ${point.instanceName ?? point.instanceId}, taken ${time(point.takenAt)}?`;
        const otherwise = { why: POINTS_DO_NOT_COME_BACK, remedy: 'Look at it, then add --yes.' };
        if (!(await confirm(screen, question, otherwise))) return screen.line('Nothing was deleted.');
      }
      const { route, params } = onTenant('deleteRecoveryPoint', tenant);
      const { removed, failed } = await api.call(route, {
        params: { ...params, recoveryPointId },
        query: evenNewest ? { evenNewest: 'true' } : {},
      });
      if (screen.json) screen.value({ removed, failed });
      else {
        for (const id of removed) screen.line(`${screen.colors.green('Deleted')} ${id}.`);
        for (const { recoveryPointId: id, reason } of failed)
          screen.line(`${screen.colors.red('Its data is there still:')} ${id}: ${reason}`);
      }
      if (failed.length > 0) throw new CliError('Incomplete', '', { exitCode: EXIT.incomplete });
    });
};
