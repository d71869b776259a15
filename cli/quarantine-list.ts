import type { Command } from 'commander';
import { operatorRoutes } from '../core/contracts/api.ts';
import { openContext } from './context.ts';
import { type PagingOptions, readPages, withPaging } from './paging.ts';
import { time } from './units.ts';

export const addQuarantineList = (group: Command): void => {
  withPaging(group.command('list'))
    .description('orders that access nodes died with, and messages that name no order')
    .addHelpText('after', '\nExample:\n  $ holdfast quarantine list')
    .action(async (options: PagingOptions, command: Command) => {
      const { api, screen } = openContext(command);
      const page = await readPages(options, (query) => api.call(operatorRoutes.listQuarantine, { query }));
      if (screen.json) return screen.value(page);
      screen.table(
        ['id', 'since', 'what', 'tenant', 'job', 'instance', 'nodes'],
        page.items.map((item) =>
          item.kind === 'order'
            ? [
                item.id,
                time(item.at),
                item.work,
                item.tenantId,
                item.jobId,
                item.instanceId ?? '',
                nodesOf(item.deaths),
              ]
            : [item.id, time(item.at), 'a message that names no order', '', '', '', item.nodeId],
        ),
      );
      if (page.next) screen.note(`More: --next ${page.next}`);
    });
};

const nodesOf = (deaths: readonly { readonly nodeId: string }[]): string =>
  [...new Set(deaths.map(({ nodeId }) => nodeId))].join(', ');
