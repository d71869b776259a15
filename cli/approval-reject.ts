import type { Command } from 'commander';
import { approverRoutes } from '../core/contracts/api.ts';
import { HOW_TO_SIGN } from './approval-place.ts';
import { openContext } from './context.ts';

export const addApprovalReject = (group: Command): void => {
  group
    .command('reject')
    .description('approvers: nothing of it is done')
    .argument('<approval>', 'its id')
    .requiredOption('--reason <text>', 'for whoever has asked for it')
    .addHelpText(
      'after',
      `\n${HOW_TO_SIGN}\n\nExample:\n  $ holdfast approval reject apr-0199… --reason "keep it until the audit"`,
    )
    .action(async (approvalId: string, { reason }: { readonly reason: string }, command: Command) => {
      const { api, screen } = openContext(command);
      const approval = await api.call(approverRoutes.reject, {
        params: { approvalId },
        body: { reason },
        fields: { reason: '--reason' },
      });
      if (screen.json) return screen.value(approval);
      screen.line(`Rejected ${approvalId}: nothing is done.`);
    });
};
