import type { Command } from 'commander';
import { onTenant, openContext, TENANT_OPTION } from './context.ts';
import { showPlan } from './show-plan.ts';

export const addPlanShow = (group: Command): void => {
  group
    .command('show')
    .description('one plan: when, how, how long its recovery points are kept, and when it is due next')
    .argument('<plan>', 'its id')
    .option(...TENANT_OPTION)
    .addHelpText('after', '\nExample:\n  $ holdfast plan show plan-0199…')
    .action(async (planId: string, { tenant }: { tenant?: string }, command: Command) => {
      const { api, screen } = openContext(command);
      const { route, params } = onTenant('getPlan', tenant);
      const plan = await api.call(route, { params: { ...params, planId } });
      if (screen.json) screen.value(plan);
      else showPlan(screen, plan);
    });
};
