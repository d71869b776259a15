import { type Command, Option } from 'commander';
import { operatorRoutes } from '../core/contracts/api.ts';
import { openContext } from './context.ts';

export const addHypervisorProtect = (group: Command): void => {
  group
    .command('protect')
    .description('operators: whether what takes a tenant’s protection away waits for a second person')
    .argument('<tenant id>', 'the tenant hypervisor')
    .addOption(
      new Option('--approvals <setting>', 'whose word is enough').choices(['two-person', 'off']).makeOptionMandatory(),
    )
    .addHelpText(
      'after',
      `
Under two-person approval these wait for a second person: deleting recovery points, running retention by hand, shorter
retention, removing a plan, ending a legal hold, unbinding, removing the hypervisor, and switching approvals off.

Example:
  $ holdfast hypervisor protect hv-0199…a1 --approvals two-person`,
    )
    .action(
      async (hypervisorId: string, { approvals }: { readonly approvals: 'two-person' | 'off' }, command: Command) => {
        const { api, screen } = openContext(command);
        const tenant = await api.call(operatorRoutes.setProtection, { params: { hypervisorId }, body: { approvals } });
        if (screen.json) return screen.value(tenant);
        screen.line(
          tenant.approvals
            ? `What takes protection of ${tenant.name} (${tenant.accountId}) away waits for a second person.`
            : `One person is enough for all of ${tenant.name} (${tenant.accountId}).`,
        );
      },
    );
};
