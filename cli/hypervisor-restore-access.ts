import type { Command } from 'commander';
import { operatorRoutes } from '../core/contracts/api.ts';
import { openContext } from './context.ts';

export const addHypervisorRestoreAccess = (group: Command): void => {
  group
    .command('restore-access')
    .description('operators: give back the access to a tenant’s account that was revoked')
    .argument('<tenant id>', 'the tenant hypervisor')
    .addHelpText(
      'after',
      `
Its role is tried first. Jobs that were cancelled stay so; schedules go on, and what they missed last is caught up with.

Example:
  $ holdfast hypervisor restore-access hv-0199…a1`,
    )
    .action(async (hypervisorId: string, _: unknown, command: Command) => {
      const { api, screen } = openContext(command);
      const tenant = await api.call(operatorRoutes.restoreAccess, { params: { hypervisorId } });
      if (screen.json) return screen.value(tenant);
      screen.line(`Given back: ${tenant.name} (${tenant.accountId}) is protected again.`);
    });
};
