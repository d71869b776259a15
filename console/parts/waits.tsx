import Alert from '@cloudscape-design/components/alert';
import type { TenantApprovalView } from '../../core/contracts/approvals.ts';
import { approvalAddress } from '../addresses.ts';
import { texts } from '../texts.ts';
import { Go } from './go.tsx';

const words = texts.waits;

/** Instead of "done": the request is kept until a second person approves it. */
export const Waits = ({
  approval,
  tenant,
}: {
  readonly approval: Pick<TenantApprovalView, 'approvalId' | 'what'>;
  readonly tenant: string | undefined;
}) => (
  <Alert type="info" header={words.header}>
    {approval.what.map((each) => (
      <div key={each}>{each}</div>
    ))}
    <Go href={approvalAddress(approval.approvalId, tenant)}>{words.look}</Go>
  </Alert>
);
