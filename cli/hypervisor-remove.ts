import type { Command } from 'commander';
import { operatorRoutes } from '../core/contracts/api.ts';
import { openContext } from './context.ts';

export const addHypervisorRemove = (group: Command): void => {
  group
    .command('remove')
    .description('operators: forget a hypervisor; refused while others use it, naming them')
    .argument('<id>', 'the hypervisor')
    .addHelpText('after', '\nExample:\n  $ holdfast hypervisor remove hv-0199…')
    .action(async (hypervisorId: string, _: unknown, command: Command) => {
      const { api, screen } = openContext(command);
      const hypervisor = await api.call(operatorRoutes.removeHypervisor, { params: { hypervisorId } });
      if (screen.json) return screen.value(hypervisor);
      screen.line(`Removed the ${hypervisor.kind} hypervisor ${hypervisor.name} (${hypervisor.accountId}).`);
    });
};
