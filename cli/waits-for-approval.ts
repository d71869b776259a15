import type { ApprovalView, TenantApprovalView } from '../core/contracts/approvals.ts';
import { CliError } from './cli-error.ts';
import { EXIT } from './exit-codes.ts';
import type { Screen } from './screen.ts';
import { showApproval } from './show-approval.ts';

type Waiting = TenantApprovalView | ApprovalView;

/** The API has kept the request until a second person approves it. Ends a command, and is no error. */
export class WaitsForApproval extends CliError {
  readonly approval: Waiting;

  constructor(approval: Waiting) {
    super('WaitsForApproval', 'A second person has to approve this.', { exitCode: EXIT.waiting });
    this.approval = approval;
  }
}

export const showWaiting = (screen: Screen, { approval }: WaitsForApproval): void => {
  if (screen.json) {
    screen.value(approval);
    return;
  }
  screen.line(screen.colors.yellow('Nothing was done yet: a second person has to approve it.\n'));
  showApproval(screen, approval);
  screen.line(`\nAn approver looks at it with: holdfast approval show ${approval.approvalId} --approver`);
};
