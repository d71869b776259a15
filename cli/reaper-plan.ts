import type { Command } from 'commander';
import { operatorRoutes } from '../core/contracts/api.ts';
import { openContext } from './context.ts';
import { showReaper } from './show-reaper.ts';

export const addReaperPlan = (group: Command): void => {
  group
    .command('plan')
    .description(
      'show what was left behind in all accounts and in the records, and what a sweep removes; remove nothing',
    )
    .option('--tenant <id>', 'only this tenant hypervisor: its records and its account')
    .addHelpText('after', '\nExample:\n  $ holdfast reaper plan --tenant hv-0199…')
    .action(async ({ tenant }: { tenant?: string }, command: Command) => {
      const { api, screen } = openContext(command);
      const query = tenant === undefined ? {} : { tenantId: tenant };
      const plan = await api.call(operatorRoutes.planReaper, { query });
      if (screen.json) return screen.value(plan);
      showReaper(screen, plan);
      if (plan.due > 0) screen.line(`\nDo it: holdfast reaper run${tenant === undefined ? '' : ` --tenant ${tenant}`}`);
    });
};
