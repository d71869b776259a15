import type { Command } from 'commander';
import { operatorRoutes } from '../core/contracts/api.ts';
import { openContext } from './context.ts';

export const addHypervisorUnbind = (group: Command): void => {
  group
    .command('unbind')
    .description('operators: end a tenant hypervisor’s use of a service hypervisor; not while its jobs run')
    .argument('<tenant id>', 'the tenant hypervisor')
    .option('--leave-points', 'yes, its recovery points cannot be restored until it is bound again')
    .addHelpText('after', '\nExample:\n  $ holdfast hypervisor unbind hv-0199…a1')
    .action(async (hypervisorId: string, { leavePoints }: { readonly leavePoints?: boolean }, command: Command) => {
      const { api, screen } = openContext(command);
      const tenant = await api.call(operatorRoutes.unbindHypervisor, {
        params: { hypervisorId },
        query: leavePoints ? { leavePoints: 'true' } : {},
      });
      if (screen.json) return screen.value(tenant);
      screen.line(`Unbound ${tenant.name} (${tenant.accountId}): no job of it can run until it is bound again.`);
    });
};
