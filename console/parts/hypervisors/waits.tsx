import Alert from '@cloudscape-design/components/alert';
import { time } from '../../../cli/units.ts';
import type { ApprovalView } from '../../../core/contracts/approvals.ts';
import { texts } from '../../texts.ts';
import { Go } from '../go.tsx';

const words = texts.hypervisor.waits;

/** A guarded change was kept, and not done: what would be done, and where it is looked at. */
export const Waits = ({ approval }: { readonly approval: ApprovalView }) => (
  <Alert
    type="info"
    header={words.header}
    action={<Go href={`/approvals?tenant=${approval.tenantId}`}>{words.open}</Go>}
  >
    {approval.what.map((sentence) => (
      <div key={sentence}>{sentence}</div>
    ))}
    <div>{words.until(time(approval.expiresAt))}</div>
  </Alert>
);
