import type { Command } from 'commander';
import { operatorRoutes } from '../core/contracts/api.ts';
import type { TenantProtection } from '../core/contracts/overview.ts';
import { openContext } from './context.ts';
import { type PagingOptions, readPages, withPaging } from './paging.ts';
import type { Screen } from './screen.ts';

export const addTenantProtection = (group: Command): void => {
  withPaging(group.command('protection'))
    .description('operators: how many instances are protected, late, or covered by no plan, tenant by tenant')
    .addHelpText(
      'after',
      `
The words are those of "instance list". Late: the newest good recovery point is older than a plan asks, or there is none
though the time for it has passed. Waiting: its first backup by a plan has not had its time yet. Unprotected: no plan with a
schedule that is at work covers it. The tenants' accounts are asked for their instances; where one cannot be asked, those that
the records know of are counted, marked with +. A page may be empty and still have a next one.

Example:
  $ holdfast tenant protection --all`,
    )
    .action(async (options: PagingOptions, command: Command) => {
      const { api, screen } = openContext(command);
      const page = await readPages(options, (query) => api.call(operatorRoutes.listProtection, { query }));
      if (screen.json) return screen.value(page);
      screen.table(
        ['tenant', 'name', '>protected', '>late', '>waiting', '>unprotected', '>gone', '>unknown'],
        page.items.map((each) => [
          each.tenantId,
          each.name,
          counted(each, each.protected),
          each.late > 0 ? screen.colors.red(counted(each, each.late)) : counted(each, 0),
          ...[each.waiting, each.unprotected, each.gone, each.unknown].map((count) => counted(each, count)),
        ]),
      );
      for (const each of page.items) showNamed(screen, each);
      if (page.next) screen.note(`More: --next ${page.next}`);
    });
};

/** Of an account that could not be asked there may be more. */
const counted = ({ problem }: TenantProtection, count: number): string => `${count}${problem === undefined ? '' : '+'}`;

const showNamed = (
  screen: Screen,
  { name, late, lateIds, unprotected, unprotectedIds, problem }: TenantProtection,
): void => {
  const { red, yellow } = screen.colors;
  const named = (ids: readonly string[], all: number): string =>
    `${ids.join(', ')}${all > ids.length ? ` and ${all - ids.length} more` : ''}`;
  if (late > 0) screen.line(`${red('Late')}, of ${name}: ${named(lateIds, late)}`);
  if (unprotected > 0) screen.line(`${yellow('Unprotected')}, of ${name}: ${named(unprotectedIds, unprotected)}`);
  if (problem !== undefined) screen.line(`${yellow('Not asked')}, of ${name}: ${problem}`);
};
