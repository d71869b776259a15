import type { Command } from 'commander';
import { onTenant, openContext, TENANT_OPTION } from './context.ts';
import { asked, paintState } from './job-words.ts';
import { type PagingOptions, readPages, withPaging } from './paging.ts';
import { duration, secondsBetween, time } from './units.ts';

export const addJobList = (group: Command): void => {
  withPaging(group.command('list'))
    .description('backups and restores, newest first')
    .option(...TENANT_OPTION)
    .addHelpText('after', '\nExample:\n  $ holdfast job list --limit 10')
    .action(async (options: PagingOptions & { readonly tenant?: string }, command: Command) => {
      const { api, screen } = openContext(command);
      const { route, params } = onTenant('listJobs', options.tenant);
      const page = await readPages(options, (query) => api.call(route, { params, query }));
      if (screen.json) return screen.value(page);
      if (page.items.length === 0) screen.line('There are no jobs yet. Start one: holdfast backup start');
      else {
        screen.table(
          ['job', 'type', 'of', 'state', 'created', '>took', 'error'],
          page.items.map((job) => [
            job.jobId,
            job.type,
            asked(job),
            paintState(screen, job.state),
            time(job.createdAt),
            job.startedAt && job.endedAt ? duration(secondsBetween(job.startedAt, job.endedAt)) : '',
            job.error?.name ?? '',
          ]),
        );
      }
      if (page.next) screen.line(`\nThere are more: add --next ${page.next}`);
    });
};
