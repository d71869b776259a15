import type { Command } from 'commander';
import { operatorRoutes } from '../core/contracts/api.ts';
import type { CostsPage } from '../core/contracts/costs.ts';
import { openContext } from './context.ts';
import { type PagingOptions, readPages, withPaging } from './paging.ts';
import { bytes, time, usd } from './units.ts';

interface Options extends PagingOptions {
  readonly month?: string;
}

export const addTenantCosts = (group: Command): void => {
  withPaging(group.command('costs'))
    .description('operators: what each tenant has cost in a month, from calls that were counted')
    .option('--month <month>', 'like 2026-11, UTC; else the present one')
    .addHelpText(
      'after',
      `
Access nodes count what AWS bills of an order's calls, and what they have counted is added to the month in which the order
began. Prices are AWS's list prices of one region.

Examples:
  $ holdfast tenant costs --all
  $ holdfast tenant costs --month 2026-10 --json`,
    )
    .action(async (options: Options, command: Command) => {
      const { api, screen } = openContext(command);
      let last: CostsPage | undefined;
      const { items, next } = await readPages(options, async (query) => {
        // all pages are of the month that the first one is of
        last = await api.call(operatorRoutes.listCosts, {
          query: { ...query, month: options.month ?? last?.month },
        });
        return last;
      });
      if (!last) return;
      const page: CostsPage = { ...last, items: [...items], next };
      if (screen.json) return screen.value(page);
      screen.table(
        [
          'tenant',
          'name',
          '>blocks read',
          '>written',
          '>lists',
          '>PUT',
          '>GET',
          '>KMS',
          '>library',
          '>calls USD',
          '>USD',
        ],
        items.map(({ tenantId, name, removedAt, calls, library, nanoUsd }) => [
          tenantId,
          removedAt ? `${name} (removed ${removedAt.slice(0, 10)})` : name,
          ...[calls.blocksRead, calls.blocksWritten, calls.blockLists, calls.s3Puts, calls.s3Gets, calls.kms].map(
            String,
          ),
          library ? bytes(library.packBytes) : 'not counted',
          usd(nanoUsd.total - nanoUsd.library),
          usd(nanoUsd.total),
        ]),
      );
      const total = items.reduce((sum, { nanoUsd }) => sum + nanoUsd.total, 0);
      const { region, month } = page.prices;
      const whose = next ? ', tenants of this page' : '';
      screen.line(`\n${page.month}${whose}: ${usd(total)} USD, by AWS's list prices of ${region}, ${month}`);
      for (const each of page.notIncluded) screen.line(`Not in it: ${each}`);
      const oldest = items.flatMap(({ library }) => library?.countedAt ?? []).toSorted()[0];
      if (oldest) screen.line(`Libraries: a month of what was counted, the oldest count of ${time(oldest)}.`);
      if (next) screen.note(`More: --next ${next}`);
    });
};
