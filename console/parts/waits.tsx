import Alert from '@cloudscape-design/components/alert';
import type { TenantApprovalView } from '../../core/contracts/approvals.ts';
import { approvalAddress } from '../addresses.ts';
import { texts } from '../texts.ts';
import { Go } from './go.tsx';
import { When } from './when.tsx';

const words = texts.waits;

type Pending = Pick<TenantApprovalView, 'approvalId' | 'what' | 'expiresAt'>;

interface WaitsProps {
  readonly approval: Pending;
  readonly tenant: string | undefined;
}

/** Instead of "done": the request is kept until a second person approves it. */
export const Waits = ({ approval, tenant }: WaitsProps) => (
  <Alert
    type="info"
    header={words.header}
    action={<Go href={approvalAddress(approval.approvalId, tenant)}>{words.look}</Go>}
  >
    {approval.what.map((each) => (
      <div key={each}>{each}</div>
    ))}
    <div>
      {words.until} <When at={approval.expiresAt} />
    </div>
  </Alert>
);
