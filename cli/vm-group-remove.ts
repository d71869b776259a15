import { type Command, Option } from 'commander';
import { operatorRoutes } from '../core/contracts/api.ts';
import { onTenant, openContext, SERVICE_OPTION, TENANT_OPTION } from './context.ts';

interface Options {
  readonly service?: string;
  readonly tenant?: string;
}

export const addVmGroupRemove = (group: Command): void => {
  group
    .command('remove')
    .description('remove a VM group; its instances and their recovery points stay as they are')
    .argument('<VM group>', 'its id')
    .addOption(new Option(...SERVICE_OPTION).conflicts('tenant'))
    .option(...TENANT_OPTION)
    .addHelpText('after', '\nExample:\n  $ holdfast vm-group remove vmg-0199…')
    .action(async (groupId: string, { service, tenant }: Options, command: Command) => {
      const { api, screen } = openContext(command);
      const { route, params } = onTenant('removeVmGroup', tenant);
      const removed =
        service === undefined
          ? await api.call(route, { params: { ...params, groupId } })
          : await api.call(operatorRoutes.removeServiceVmGroup, { params: { hypervisorId: service, groupId } });
      if (screen.json) return screen.value(removed);
      const stays = service === undefined ? ' The recovery points of its instances stay.' : '';
      screen.line(`Removed the VM group ${removed.name}.${stays}`);
    });
};
