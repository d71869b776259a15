import type { Command } from 'commander';
import { onTenant, openContext, TENANT_OPTION, tenantFlag } from './context.ts';
import { showRetention } from './show-retention.ts';

export const addRetentionPlan = (group: Command): void => {
  group
    .command('plan')
    .description('show which recovery points a retention run would remove and keep, and why; remove nothing')
    .option(...TENANT_OPTION)
    .addHelpText('after', '\nExample:\n  $ holdfast retention plan')
    .action(async ({ tenant }: { tenant?: string }, command: Command) => {
      const { api, screen } = openContext(command);
      const { route, params } = onTenant('planRetention', tenant);
      const plan = await api.call(route, { params });
      if (screen.json) return screen.value(plan);
      showRetention(screen, plan, { listKept: true });
      if (plan.removes.length > 0) screen.line(`\nDo it: holdfast retention run${tenantFlag(tenant)}`);
    });
};
