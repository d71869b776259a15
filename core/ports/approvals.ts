import type { ApprovalId, HypervisorId } from '../contracts/ids.ts';
import type { Approval } from '../domain/approval.ts';
import type { Page, PageRequest } from './page.ts';

/** Requests that wait for a second person, and those that did. None is ever removed. */
export interface Approvals {
  /** False if there is one of that id. */
  add(approval: Approval): Promise<boolean>;
  /** With a tenant: only if it is that tenant's. */
  get(approvalId: ApprovalId, tenantId?: HypervisorId): Promise<Approval | undefined>;
  /** Newest first; of one tenant, or of all. */
  list(tenantId: HypervisorId | undefined, page: PageRequest): Promise<Page<Approval>>;
  /**
   * Sets fields of the record as it was read; those that are undefined are removed. Answers it as it is then, with the
   * next revision; undefined if somebody else has changed it since it was read.
   */
  update(seen: Approval, change: ApprovalChange): Promise<Approval | undefined>;
}

export type ApprovalChange = {
  readonly [Field in
    | 'state'
    | 'decidedBy'
    | 'decidedAt'
    | 'audited'
    | 'resumedBy'
    | 'reason'
    | 'tries'
    | 'triedAt'
    | 'endedAt'
    | 'result'
    | 'error']?: Approval[Field] | undefined;
};
