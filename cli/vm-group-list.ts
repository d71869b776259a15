import { type Command, Option } from 'commander';
import { operatorRoutes } from '../core/contracts/api.ts';
import { excludeWords, ruleWords } from '../core/domain/rule-words.ts';
import { onTenant, openContext, SERVICE_OPTION, TENANT_OPTION } from './context.ts';
import { type PagingOptions, readPages, withPaging } from './paging.ts';

interface Options extends PagingOptions {
  readonly service?: string;
  readonly tenant?: string;
}

export const addVmGroupList = (group: Command): void => {
  withPaging(group.command('list'))
    .description('VM groups, with what they match and which plan protects them')
    .addOption(new Option(...SERVICE_OPTION).conflicts('tenant'))
    .option(...TENANT_OPTION)
    .addHelpText('after', '\nExample:\n  $ holdfast vm-group list')
    .action(async (options: Options, command: Command) => {
      const { api, screen } = openContext(command);
      const { service, tenant } = options;
      const { route, params } = onTenant('listVmGroups', tenant);
      const page = await readPages(options, (query) =>
        service === undefined
          ? api.call(route, { params, query })
          : api.call(operatorRoutes.listServiceVmGroups, { params: { hypervisorId: service }, query }),
      );
      if (screen.json) return screen.value(page);
      if (page.items.length === 0) screen.line('There are no VM groups here. Add one: holdfast vm-group add');
      else {
        screen.table(
          ['VM group', 'name', 'instances', 'left out', service === undefined ? 'plan' : 'zone'],
          page.items.map((each) => [
            each.groupId,
            each.name,
            ruleWords(each.match),
            excludeWords(each.exclude) ?? '',
            (service === undefined ? each.planId : each.zone) ?? '',
          ]),
        );
      }
      if (page.next) screen.line(`\nThere are more: add --next ${page.next}`);
    });
};
