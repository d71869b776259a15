import type { Command } from 'commander';
import { approverRoutes } from '../core/contracts/api.ts';
import { HOW_TO_SIGN } from './approval-place.ts';
import { CliError } from './cli-error.ts';
import { confirm } from './confirm.ts';
import { openContext } from './context.ts';
import { EXIT } from './exit-codes.ts';
import { showApproval } from './show-approval.ts';

export const addApprovalApprove = (group: Command): void => {
  group
    .command('approve')
    .description('approvers: have it done, exactly as it was asked for; never one’s own request')
    .argument('<approval>', 'its id')
    .option('--request-hash <sha-256>', 'of the request that you have looked at; with it nothing is asked')
    .addHelpText(
      'after',
      `
${HOW_TO_SIGN}

Examples:
  $ holdfast approval approve apr-0199…
  $ holdfast approval approve apr-0199… --request-hash 9f86d0…`,
    )
    .action(async (approvalId: string, given: { readonly requestHash?: string }, command: Command) => {
      const { api, screen } = openContext(command);
      let { requestHash } = given;
      if (requestHash === undefined) {
        const shown = await api.call(approverRoutes.getApproval, { params: { approvalId } });
        if (!screen.json) showApproval(screen, shown);
        const otherwise = { why: '', remedy: 'Look at "holdfast approval show --approver", then add --request-hash.' };
        if (!(await confirm(screen, 'Have this done?', otherwise))) return screen.line('Nothing was done.');
        requestHash = shown.requestHash;
      }
      const approval = await api.call(approverRoutes.approve, {
        params: { approvalId },
        body: { requestHash },
        fields: { requestHash: '--request-hash' },
      });
      if (screen.json) screen.value(approval);
      else if (approval.state === 'done') screen.line(`${screen.colors.green('Approved and done')}: ${approvalId}`);
      else showApproval(screen, approval);
      if (approval.state !== 'done') throw new CliError('NotDone', '', { exitCode: EXIT.incomplete });
    });
};
