import type { Command } from 'commander';
import { operatorRoutes } from '../core/contracts/api.ts';
import { openContext } from './context.ts';

export const addHypervisorBind = (group: Command): void => {
  group
    .command('bind')
    .description('operators: let a tenant hypervisor use a service hypervisor’s access nodes and library')
    .argument('<tenant id>', 'the tenant hypervisor')
    .requiredOption('--to <service id>', 'the service hypervisor')
    .addHelpText('after', '\nExample:\n  $ holdfast hypervisor bind hv-0199…a1 --to hv-0199…f7')
    .action(async (tenantId: string, { to }: { to: string }, command: Command) => {
      const { api, screen } = openContext(command);
      const tenant = await api.call(operatorRoutes.bindHypervisor, {
        params: { hypervisorId: tenantId },
        body: { serviceHypervisorId: to },
      });
      if (screen.json) return screen.value(tenant);
      screen.line(
        `${screen.colors.green('Bound')} ${tenant.name} (${tenant.accountId}) to ${tenant.boundTo}: its jobs run there from now on.`,
      );
    });
};
