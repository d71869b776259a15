import type { Command } from 'commander';
import { onTenant, openContext, TENANT_OPTION } from './context.ts';
import { type PagingOptions, readPages, withPaging } from './paging.ts';
import { retentionWords, scheduleWords } from './plan-words.ts';
import { time } from './units.ts';

export const addPlanList = (group: Command): void => {
  withPaging(group.command('list'))
    .description('plans, and when they are due next')
    .option(...TENANT_OPTION)
    .addHelpText('after', '\nExample:\n  $ holdfast plan list')
    .action(async (options: PagingOptions & { readonly tenant?: string }, command: Command) => {
      const { api, screen } = openContext(command);
      const { route, params } = onTenant('listPlans', options.tenant);
      const page = await readPages(options, (query) => api.call(route, { params, query }));
      if (screen.json) return screen.value(page);
      if (page.items.length === 0) screen.line('There are no plans yet. Add one: holdfast plan add');
      else {
        screen.table(
          ['plan', 'name', 'method', 'schedule', 'next run', 'kept'],
          page.items.map((plan) => [
            plan.planId,
            plan.name,
            plan.method,
            plan.schedule ? scheduleWords(plan.schedule) : 'on demand',
            plan.paused ? screen.colors.yellow('paused') : plan.nextRunAt ? time(plan.nextRunAt) : '',
            plan.retention ? retentionWords(plan.retention) : 'for ever',
          ]),
        );
      }
      if (page.next) screen.line(`\nThere are more: add --next ${page.next}`);
    });
};
