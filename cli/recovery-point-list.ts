import type { Command } from 'commander';
import { onTenant, openContext, TENANT_OPTION } from './context.ts';
import { type PagingOptions, readPages, withPaging } from './paging.ts';
import { bytes, time } from './units.ts';

interface Options extends PagingOptions {
  readonly instance?: string;
  readonly everyState?: boolean;
  readonly tenant?: string;
}

export const addRecoveryPointList = (group: Command): void => {
  withPaging(group.command('list'))
    .description('what can be restored, newest first')
    .option('--instance <id>', 'of this instance only')
    .option('--every-state', 'also those that are pending, abandoned or expired')
    .option(...TENANT_OPTION)
    .addHelpText('after', '\nExample:\n  $ holdfast recovery-point list --instance i-0123456789abcdef0')
    .action(async (options: Options, command: Command) => {
      const { api, screen } = openContext(command);
      const { route, params } = onTenant('listRecoveryPoints', options.tenant);
      const page = await readPages(options, (query) =>
        api.call(route, {
          params,
          query: { ...query, instanceId: options.instance, state: options.everyState ? 'all' : undefined },
        }),
      );
      if (screen.json) return screen.value(page);
      if (page.items.length === 0) screen.line('There are no recovery points here. Make one: holdfast backup start');
      else {
        screen.table(
          [
            ...['recovery point', 'instance', 'name', 'taken', 'kind'],
            ...(options.everyState ? ['state'] : []),
            ...['held', '>volumes', '>size', '>data'],
          ],
          page.items.map((point) => [
            point.recoveryPointId,
            point.instanceId,
            point.instanceName ?? '',
            time(point.takenAt),
            point.kind,
            ...(options.everyState ? [point.state] : []),
            point.legalHold ? 'held' : '',
            String(point.volumes.length),
            bytes(point.volumes.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)),
            bytes(point.volumes.reduce((sum, { dataBytes }) => sum + dataBytes, 0)),
          ]),
        );
      }
      if (page.next) screen.line(`\nThere are more: add --next ${page.next}`);
    });
};
