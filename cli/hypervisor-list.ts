import type { Command } from 'commander';
import { operatorRoutes } from '../core/contracts/api.ts';
import { openContext } from './context.ts';
import { type PagingOptions, readPages, withPaging } from './paging.ts';

export const addHypervisorList = (group: Command): void => {
  withPaging(group.command('list'))
    .description('operators: all hypervisors, and who is bound to whom')
    .addHelpText('after', '\nExample:\n  $ holdfast hypervisor list --all')
    .action(async (options: PagingOptions, command: Command) => {
      const { api, screen } = openContext(command);
      const page = await readPages(options, (query) => api.call(operatorRoutes.listHypervisors, { query }));
      if (screen.json) return screen.value(page);
      if (page.items.length === 0) return screen.line('There are no hypervisors yet. Add one: holdfast hypervisor add');
      screen.table(
        ['id', 'kind', 'name', 'account', 'region', 'bound to', 'state'],
        page.items.map((hypervisor) => [
          hypervisor.hypervisorId,
          hypervisor.kind,
          hypervisor.name,
          hypervisor.accountId,
          hypervisor.region,
          hypervisor.kind === 'service' ? '' : (hypervisor.boundTo ?? screen.colors.yellow('not bound')),
          hypervisor.state ?? (hypervisor.revoked ? screen.colors.yellow('revoked') : ''),
        ]),
      );
      if (page.next) screen.line(`\nThere are more: holdfast hypervisor list --next ${page.next}`);
    });
};
