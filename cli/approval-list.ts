import { type Command, Option } from 'commander';
import { ApprovalState } from '../core/contracts/approvals.ts';
import { type ApprovalPlace, approverOption, listApprovals } from './approval-place.ts';
import { openContext, TENANT_OPTION } from './context.ts';
import { type PagingOptions, readPages, withPaging } from './paging.ts';
import { showApprovals } from './show-approval.ts';

interface Options extends PagingOptions, ApprovalPlace {
  readonly state?: ApprovalState;
}

export const addApprovalList = (group: Command): void => {
  withPaging(group.command('list'))
    .description('requests that wait for a second person, and what became of them, newest first')
    .addOption(new Option('--state <state>', 'only these').choices(ApprovalState.options))
    .option(...TENANT_OPTION)
    .addOption(approverOption())
    .addHelpText('after', '\nExample:\n  $ holdfast approval list --approver --state waiting')
    .action(async ({ state, ...options }: Options, command: Command) => {
      const { api, screen } = openContext(command);
      const { route, params } = listApprovals(options);
      const page = await readPages(options, (query) => api.call(route, { params, query: { ...query, state } }));
      if (screen.json) return screen.value(page);
      if (page.items.length === 0) screen.line('There are none.');
      else showApprovals(screen, page.items);
      if (page.next) screen.line(`\nThere are more: add --next ${page.next}`);
    });
};
