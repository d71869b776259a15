import type { Command } from 'commander';
import { idempotencyOption, onTenant, openContext, TENANT_OPTION, tenantFlag } from './context.ts';
import { type PlanOptions, planFieldNames, planFieldsOf, withPlanFields } from './plan-fields.ts';
import { showPlan } from './show-plan.ts';

export const addPlanAdd = (group: Command): void => {
  withPlanFields(group.command('add'))
    .description('say when VM groups are protected, how, and how long their recovery points are kept')
    .argument('<name>', 'how you call it')
    .addOption(idempotencyOption())
    .option(...TENANT_OPTION)
    .addHelpText(
      'after',
      `
Examples:
  $ holdfast plan add nightly --schedule 'cron(0 2 * * ? *)' --time-zone Europe/Berlin --keep-days 30
  $ holdfast plan add hourly --method snapshot --schedule 'rate(1 hour)' --copy 'cron(0 4 * * ? *)' \\
      --keep-daily 7 --keep-weekly 5 --keep-monthly 12 --keep-snapshots-count 24`,
    )
    .action(async (name: string, options: PlanOptions, command: Command) => {
      const { api, screen } = openContext(command);
      const { tenant } = options;
      const { route, params } = onTenant('addPlan', tenant);
      const plan = await api.call(route, { params, body: { name, ...planFieldsOf(options) }, fields: planFieldNames });
      if (screen.json) return screen.value(plan);
      screen.line(`${screen.colors.green('Added')} the plan ${plan.name}.\n`);
      showPlan(screen, plan);
      screen.line(
        `\nNext: holdfast vm-group add <name> --plan ${plan.planId}${tenantFlag(tenant)}, or vm-group change.`,
      );
    });
};
