import type { Command } from 'commander';
import { type ApprovalPlace, approverOption, getApproval } from './approval-place.ts';
import { openContext, TENANT_OPTION } from './context.ts';
import { showApproval } from './show-approval.ts';

export const addApprovalShow = (group: Command): void => {
  group
    .command('show')
    .description('what would be done, who asked for it, and until when it waits')
    .argument('<approval>', 'its id')
    .option(...TENANT_OPTION)
    .addOption(approverOption())
    .addHelpText('after', '\nExample:\n  $ holdfast approval show apr-0199… --approver')
    .action(async (approvalId: string, options: ApprovalPlace, command: Command) => {
      const { api, screen } = openContext(command);
      const { route, params } = getApproval(options);
      const approval = await api.call(route, { params: { ...params, approvalId } });
      if (screen.json) return screen.value(approval);
      showApproval(screen, approval);
    });
};
