import type { Command } from 'commander';
import { onTenant, openContext, TENANT_OPTION } from './context.ts';
import { showVmGroup } from './show-vm-group.ts';

export const addVmGroupShow = (group: Command): void => {
  group
    .command('show')
    .description('one VM group with its rules')
    .argument('<VM group>', 'its id')
    .option(...TENANT_OPTION)
    .addHelpText('after', '\nExample:\n  $ holdfast vm-group show vmg-0199…')
    .action(async (groupId: string, { tenant }: { tenant?: string }, command: Command) => {
      const { api, screen } = openContext(command);
      const { route, params } = onTenant('getVmGroup', tenant);
      const found = await api.call(route, { params: { ...params, groupId } });
      if (screen.json) screen.value(found);
      else showVmGroup(screen, found);
    });
};
