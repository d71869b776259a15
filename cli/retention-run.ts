import type { Command } from 'commander';
import { CliError } from './cli-error.ts';
import { confirm, POINTS_DO_NOT_COME_BACK } from './confirm.ts';
import { onTenant, openContext, TENANT_OPTION } from './context.ts';
import { EXIT } from './exit-codes.ts';
import { showRetention } from './show-retention.ts';
import { count } from './units.ts';

interface Options {
  readonly yes?: boolean;
  readonly tenant?: string;
}

export const addRetentionRun = (group: Command): void => {
  group
    .command('run')
    .description('remove the recovery points that no retention rule keeps, after showing which')
    .option('--yes', 'do not ask')
    .option(...TENANT_OPTION)
    .addHelpText(
      'after',
      `
What is removed is what was shown: if it has changed in between, nothing is removed.

Example:
  $ holdfast retention run --yes`,
    )
    .action(async ({ yes, tenant }: Options, command: Command) => {
      const { api, screen } = openContext(command);
      const planned = onTenant('planRetention', tenant);
      const plan = await api.call(planned.route, { params: planned.params });
      const points = count(plan.removes.length, 'recovery point');
      if (!screen.json) showRetention(screen, plan, { listKept: false });
      if (plan.removes.length === 0) {
        if (screen.json) screen.value({ removed: [], failed: [] });
        return;
      }
      const otherwise = { why: POINTS_DO_NOT_COME_BACK, remedy: 'Look at "holdfast retention plan", then add --yes.' };
      if (!yes && !(await confirm(screen, `Remove ${points}?`, otherwise))) return screen.line('Nothing was removed.');
      const { route, params } = onTenant('runRetention', tenant);
      const { removed, failed } = await api.call(route, { params, body: { token: plan.token } });
      if (screen.json) screen.value({ removed, failed });
      else {
        screen.line(`\n${screen.colors.green('Removed')} ${count(removed.length, 'recovery point')}.`);
        for (const { recoveryPointId, reason } of failed)
          screen.line(`${screen.colors.red('Not removed:')} ${recoveryPointId}: ${reason}`);
      }
      if (failed.length > 0) throw new CliError('Incomplete', '', { exitCode: EXIT.incomplete });
    });
};
