import type { Approval } from '../../core/domain/approval.ts';

/** In the place of a route's answer: nothing was done yet. */
export class WaitsForApproval {
  readonly approval: Approval;

  constructor(approval: Approval) {
    this.approval = approval;
  }
}
