import { type Command, Option } from 'commander';
import { JobState, JobType, type JobView, operatorRoutes } from '../core/contracts/api.ts';
import { onTenant, openContext, TENANT_OPTION } from './context.ts';
import { asked, paintState, summaryWords } from './job-words.ts';
import { type PagingOptions, readPages, wholeNumber, withPaging } from './paging.ts';
import type { Screen } from './screen.ts';
import { duration, secondsBetween, time } from './units.ts';

interface Options extends PagingOptions {
  readonly type?: string;
  readonly state?: string;
  readonly allTenants?: boolean;
  readonly hours?: number;
  readonly tenant?: string;
}

const showJobs = (screen: Screen, jobs: readonly JobView[], { allTenants = false }: Options): void =>
  screen.table(
    ['job', ...(allTenants ? ['tenant'] : []), 'type', 'of', 'state', 'instances', 'created', '>took', 'error'],
    jobs.map((job) => [
      job.jobId,
      ...(allTenants ? [job.tenantId ?? ''] : []),
      job.type,
      asked(job),
      paintState(screen, job.state),
      summaryWords(job),
      time(job.createdAt),
      job.startedAt && job.endedAt ? duration(secondsBetween(job.startedAt, job.endedAt)) : '',
      job.error?.name ?? '',
    ]),
  );

export const addJobList = (group: Command): void => {
  withPaging(group.command('list'))
    .description('jobs, newest first')
    .addOption(new Option('--type <type>', 'of this type only').choices(JobType.options))
    .addOption(new Option('--state <state>', 'in this state only').choices(JobState.options))
    .addOption(
      new Option('--all-tenants', 'operators: every tenant’s jobs that are queued or under way').conflicts([
        'tenant',
        'type',
        'state',
      ]),
    )
    .addOption(
      new Option('--hours <n>', 'operators: with those of every tenant that ended within so many hours, 168 at most')
        .argParser(wholeNumber)
        .implies({ allTenants: true })
        .conflicts(['tenant', 'type', 'state', 'next', 'all']),
    )
    .option(...TENANT_OPTION)
    .addHelpText(
      'after',
      `
Examples:
  $ holdfast job list --limit 10
  $ holdfast job list --type restore --state 'completed with errors'
  $ holdfast job list --hours 24`,
    )
    .action(async (options: Options, command: Command) => {
      const { api, screen } = openContext(command);
      const { allTenants, hours, limit, type, state } = options;
      if (hours !== undefined) {
        const recent = await api.call(operatorRoutes.listRecentJobs, { query: { hours, limit } });
        if (screen.json) return screen.value(recent);
        if (recent.items.length > 0) showJobs(screen, recent.items, options);
        else screen.line(`No job was under way since ${time(recent.since)}.`);
        if (recent.more) screen.line(`\nThere are ${recent.more} older ones: --limit, 1000 at most`);
        return;
      }
      const { route, params } = onTenant('listJobs', options.tenant);
      const page = await readPages(options, (query) =>
        allTenants
          ? api.call(operatorRoutes.listOpenJobs, { query })
          : api.call(route, { params, query: { ...query, type, state } }),
      );
      if (screen.json) return screen.value(page);
      if (page.items.length > 0) showJobs(screen, page.items, options);
      else if (allTenants) screen.line('No job is queued or under way.');
      else if (type ?? state) screen.line('There are no such jobs.');
      else screen.line('There are no jobs yet. Start one: holdfast backup start');
      if (page.next) screen.line(`\nThere are more: add --next ${page.next}`);
    });
};
