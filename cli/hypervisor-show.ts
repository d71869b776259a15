import type { Command } from 'commander';
import { operatorRoutes, tenantRoutes } from '../core/contracts/api.ts';
import { openContext } from './context.ts';
import { showHypervisor } from './show-hypervisor.ts';
import { time } from './units.ts';

export const addHypervisorShow = (group: Command): void => {
  group
    .command('show')
    .description('your own account’s hypervisor; operators: any, by its id')
    .argument('[id]', 'operators: the hypervisor')
    .addHelpText('after', '\nExample:\n  $ holdfast hypervisor show')
    .action(async (id: string | undefined, _: unknown, command: Command) => {
      const { api, screen } = openContext(command);
      if (id !== undefined) {
        const hypervisor = await api.call(operatorRoutes.getHypervisor, { params: { hypervisorId: id } });
        return screen.json ? screen.value(hypervisor) : showHypervisor(screen, hypervisor);
      }
      const own = await api.call(tenantRoutes.getOwnHypervisor);
      if (screen.json) return screen.value(own);
      screen.fields([
        ['Id', own.hypervisorId],
        ['Name', own.name],
        ['Account', own.accountId],
        ['Region', own.region],
        ['Signs in with', own.authMethod],
        [
          'Protected by',
          own.usesServiceResources
            ? 'your provider’s resources'
            : 'nothing yet: your provider has to finish the set-up',
        ],
        [
          'Access',
          own.accessRevokedSince && `withdrawn by your provider since ${time(own.accessRevokedSince)}: no job can run`,
        ],
      ]);
    });
};
