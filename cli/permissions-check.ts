import type { Command } from 'commander';
import { CliError } from './cli-error.ts';
import { onNamedTenant, openContext } from './context.ts';
import { EXIT } from './exit-codes.ts';
import { count } from './units.ts';

export const addPermissionsCheck = (group: Command): void => {
  group
    .command('check')
    .description(
      'operators: which permissions a tenant account grants, and what does not work without the missing ones',
    )
    .argument('<tenant>', 'the tenant hypervisor')
    .addHelpText('after', '\nExample:\n  $ holdfast permissions check hv-0199…')
    .action(async (tenant: string, _: unknown, command: Command) => {
      const { api, screen } = openContext(command);
      const { route, params } = onNamedTenant('checkPermissions', tenant);
      const report = await api.call(route, { params });
      const { green, red, yellow, bold } = screen.colors;
      if (screen.json) screen.value(report);
      else {
        screen.table(
          ['action', 'for', 'allowed', 'found by'],
          report.checked.map(({ action, feature, allowed, foundBy }) => [
            action,
            feature,
            allowed ? green('yes') : red('no'),
            foundBy,
          ]),
        );
        screen.line();
        for (const { action, feature } of report.unchecked ?? [])
          screen.line(
            `${yellow('Not known:')} ${bold(action)}, for ${feature}: neither the simulator nor a dry run could tell.`,
          );
        if (report.complete) screen.line(green(`All ${count(report.checked.length, 'permission')} are there.`));
        for (const { action, without, statement } of report.missing) {
          screen.line(`${red('Missing:')} ${bold(action)}. ${without}`);
          screen.line(`Add this statement to the role’s policy:\n${JSON.stringify(statement, null, 2)}\n`);
        }
      }
      if (!report.complete) throw new CliError('PermissionsMissing', '', { exitCode: EXIT.incomplete });
    });
};
