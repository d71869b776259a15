/** Where two-person approval is on, what takes protection away is kept, and not done before a second person approves. */
import Alert from '@cloudscape-design/components/alert';
import type { ApprovalView } from '../../core/contracts/approvals.ts';
import { texts } from '../texts.ts';
import { When } from './when.tsx';

type Pending = Pick<ApprovalView, 'approvalId' | 'what' | 'expiresAt'>;

/** The answer of a guarded route: what was asked for, or that it waits. */
export const pendingOf = (answer: object): Pending | undefined =>
  'approvalId' in answer ? (answer as Pending) : undefined;

export const WaitsForApproval = ({ approval }: { readonly approval: Pending }) => (
  <Alert type="warning" header={texts.approval.header}>
    {approval.what.map((sentence) => (
      <div key={sentence}>{sentence}</div>
    ))}
    <div>
      {texts.approval.id} <span className="id">{approval.approvalId}</span>
    </div>
    <div>
      {texts.approval.until} <When at={approval.expiresAt} />
    </div>
  </Alert>
);
