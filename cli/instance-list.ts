import { type Command, Option } from 'commander';
import { type InstanceView, Protection } from '../core/contracts/api.ts';
import { onTenant, openContext, TENANT_OPTION } from './context.ts';
import { type PagingOptions, readPages, withPaging } from './paging.ts';
import type { Screen } from './screen.ts';
import { time } from './units.ts';

interface Options extends PagingOptions {
  readonly protection?: string;
  readonly text?: string;
  readonly tenant?: string;
}

const paint = ({ colors }: Screen, protection: InstanceView['protection']): string => {
  if (protection === 'protected') return colors.green(protection);
  return protection === 'late' || protection === 'unprotected' ? colors.red(protection) : colors.yellow(protection);
};

export const addInstanceList = (group: Command): void => {
  withPaging(group.command('list'))
    .description(
      'every instance of the account, and whether it is protected; also those that are gone and can be restored',
    )
    .addOption(new Option('--protection <which>', 'of this kind only').choices(Protection.options))
    .option('--text <part>', 'whose name or id has this in it')
    .option(...TENANT_OPTION)
    .addHelpText(
      'after',
      `
protected    its newest recovery point is as new as its plans ask
late         it is older than one of them allows, or it was never backed up though the time for it has passed
waiting      its first backup by a plan has not had its time yet
unprotected  no plan with a schedule covers it
gone         it is not in the account any more, and can be restored
unknown      the account cannot be asked

Examples:
  $ holdfast instance list --protection unprotected --all
  $ holdfast instance list --text shop`,
    )
    .action(async (options: Options, command: Command) => {
      const { api, screen } = openContext(command);
      const { protection, text } = options;
      const { route, params } = onTenant('listInstances', options.tenant);
      let notReached: { readonly message: string; readonly remedy?: string | undefined } | undefined;
      const page = await readPages(options, async (query) => {
        const { accountNotReached, ...rest } = await api.call(route, { params, query: { ...query, protection, text } });
        notReached = accountNotReached;
        return rest;
      });
      if (screen.json) return screen.value({ ...page, ...(notReached ? { accountNotReached: notReached } : {}) });
      if (notReached) {
        screen.line(screen.colors.yellow(`The account cannot be asked: ${notReached.message}`));
        if (notReached.remedy) screen.line(notReached.remedy);
        screen.line('Listed are the instances that the records know of.\n');
      }
      if (page.items.length === 0) screen.line('There are no instances here.');
      else {
        screen.table(
          ['instance', 'name', 'state', 'protection', 'newest', 'kind', '>points', 'plans'],
          page.items.map((each) => [
            each.instanceId,
            each.name ?? '',
            each.state ?? '',
            paint(screen, each.protection),
            each.newest ? time(each.newest.takenAt) : '',
            each.newest?.kind ?? '',
            `${each.recoveryPoints}${each.orMore ? '+' : ''}`,
            each.plans.map(({ name }) => name).join(', '),
          ]),
        );
      }
      for (const { instanceId, name, protection: kind, reason } of page.items)
        if (kind === 'late') screen.line(`\n${screen.colors.red('Late')}: ${name ?? instanceId}. ${reason}`);
      if (page.next) screen.line(`\nThere are more: add --next ${page.next}`);
    });
};
