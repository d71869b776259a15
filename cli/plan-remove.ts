import type { Command } from 'commander';
import { onTenant, openContext, TENANT_OPTION } from './context.ts';

export const addPlanRemove = (group: Command): void => {
  group
    .command('remove')
    .description('remove a plan and its schedules; VM groups must not use it any more')
    .argument('<plan>', 'its id')
    .option(...TENANT_OPTION)
    .addHelpText('after', '\nExample:\n  $ holdfast plan remove plan-0199…')
    .action(async (planId: string, { tenant }: { tenant?: string }, command: Command) => {
      const { api, screen } = openContext(command);
      const { route, params } = onTenant('removePlan', tenant);
      const plan = await api.call(route, { params: { ...params, planId } });
      if (screen.json) return screen.value(plan);
      screen.line(`Removed the plan ${plan.name}. Its recovery points stay: without a plan, nothing removes them.`);
    });
};
