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
Late: the newest good recovery point is older than a plan asks. Waiting: a plan covers it, whose first backup of it has not
had its time yet. Unprotected: no plan with a schedule that is at work covers it. The tenants' accounts are asked for their
instances; a page may be empty and still have a next one.

Example:
  $ holdfast tenant protection --all`,
    )
    .action(async (options: PagingOptions, command: Command) => {
      const { api, screen } = openContext(command);
      const page = await readPages(options, (query) => api.call(operatorRoutes.listProtection, { query }));
      if (screen.json) return screen.value(page);
      screen.table(
        ['tenant', 'name', '>protected', '>late', '>waiting', '>unprotected'],
        page.items.map((each) => [
          each.tenantId,
          each.name,
          String(each.protected),
          each.late > 0 ? screen.colors.red(String(each.late)) : '0',
          each.waiting === undefined ? 'unknown' : String(each.waiting),
          each.unprotected === undefined ? 'unknown' : String(each.unprotected),
        ]),
      );
      for (const each of page.items) showNamed(screen, each);
      if (page.next) screen.note(`More: --next ${page.next}`);
    });
};

const showNamed = (
  screen: Screen,
  { name, late, lateIds, unprotected = 0, unprotectedIds, problem }: TenantProtection,
) => {
  const { red, yellow } = screen.colors;
  const named = (ids: readonly string[], all: number): string =>
    `${ids.join(', ')}${all > ids.length ? ` and ${all - ids.length} more` : ''}`;
  if (late > 0) screen.line(`${red('Late')}, of ${name}: ${named(lateIds, late)}`);
  if (unprotected > 0) screen.line(`${yellow('Unprotected')}, of ${name}: ${named(unprotectedIds, unprotected)}`);
  if (problem !== undefined) screen.line(`${yellow('Not asked')}, of ${name}: ${problem}`);
};
