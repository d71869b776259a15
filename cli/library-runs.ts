import type { Command } from 'commander';
import { onNamedTenant, openContext } from './context.ts';
import { paintRunState, taskWords } from './library-run-words.ts';
import { type PagingOptions, readPages, withPaging } from './paging.ts';
import { time } from './units.ts';

export const addLibraryRuns = (group: Command): void => {
  withPaging(group.command('runs'))
    .description('operators: checks, repairs and prunes of a tenant’s library, newest first')
    .argument('<tenant>', 'the tenant hypervisor')
    .addHelpText('after', '\nExample:\n  $ holdfast library runs hv-0199… --limit 5')
    .action(async (tenant: string, options: PagingOptions, command: Command) => {
      const { api, screen } = openContext(command);
      const { route, params } = onNamedTenant('listLibraryRuns', tenant);
      const page = await readPages(options, (query) => api.call(route, { params, query }));
      if (screen.json) return screen.value(page);
      screen.table(
        ['run', 'task', 'state', 'by', 'created', 'error'],
        page.items.map((run) => [
          run.runId,
          taskWords(run),
          paintRunState(screen, run),
          run.trigger,
          time(run.createdAt),
          run.error?.name ?? '',
        ]),
      );
      if (page.next) screen.note(`More: --next ${page.next}`);
    });
};
