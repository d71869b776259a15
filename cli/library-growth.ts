import type { Command } from 'commander';
import { operatorRoutes } from '../core/contracts/api.ts';
import { openContext } from './context.ts';
import { type PagingOptions, readPages, withPaging } from './paging.ts';
import { bytes, time } from './units.ts';

export const addLibraryGrowth = (group: Command): void => {
  withPaging(group.command('growth'))
    .description('operators: what each tenant’s library held, as its checks and stats runs have counted')
    .addHelpText('after', '\nExample:\n  $ holdfast library growth --all')
    .action(async (options: PagingOptions, command: Command) => {
      const { api, screen } = openContext(command);
      const page = await readPages(options, (query) => api.call(operatorRoutes.listLibraryGrowth, { query }));
      if (screen.json) return screen.value(page);
      screen.table(
        ['tenant', 'name', 'library of', 'counted', '>points', '>data', '>packs', '>dedup'],
        page.items.flatMap(({ tenantId, name, serviceId, points }) =>
          points.map(({ at, recoveryPoints, dataBytes, uniqueBytes, packBytes }) => [
            tenantId,
            name,
            serviceId,
            time(at),
            String(recoveryPoints),
            bytes(dataBytes),
            bytes(packBytes),
            uniqueBytes === 0 ? '' : `${(dataBytes / uniqueBytes).toFixed(2)} : 1`,
          ]),
        ),
      );
      if (page.next) screen.note(`More: --next ${page.next}`);
    });
};
